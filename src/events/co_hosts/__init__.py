"""Co-hosts with contingents of their own, and who works for an organiser. May import door and below."""
