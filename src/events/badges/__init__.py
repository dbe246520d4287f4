"""Badges: badges and place cards in sheets and at the print station. May import door, contacts, tickets, registration, programme,
accounts, people, kit."""
