"""Arrivals: hosts hear that their guest is at the door. May import door, messaging, registration, programme, accounts, people, kit."""
