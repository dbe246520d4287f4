"""People: names in their scripts, search and sort keys, consent. May import kit only."""
