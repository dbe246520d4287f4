"""Every component of the pages, rendered from samples and judged by a real browser."""
