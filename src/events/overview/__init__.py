"""Overview, what an organiser sees: the live board, guest lists, exports, mails sent. May import everything below `app`."""
