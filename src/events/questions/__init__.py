"""What an event asks beyond the usual, and the answers. May import messaging and below."""
