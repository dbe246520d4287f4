"""The desk of a co-host, and who decides about it."""
