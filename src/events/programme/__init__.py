"""Programme: organiser, programme, event, venue, gate and the tree of pools. May import accounts, people and kit."""
