"""Several events at once: signing up for a programme, clashes, the calendar feed. May import tickets and below."""
