"""Badges: badges and place cards in sheets and at the print station. May import door, tickets, registration, programme, accounts, people,
kit."""
