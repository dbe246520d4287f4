"""Badges and place cards in sheets and single prints. May import door, tickets, registration, programme, accounts, people, kit."""
