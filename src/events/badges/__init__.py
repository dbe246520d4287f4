"""Badges and place cards: sheets, single prints, and the queue of the desk with the printer. May import door, tickets, registration, programme, accounts, people, kit."""
