"""Contacts: guests exchange cards, both consenting. May import tickets, registration, messaging, programme, accounts, people, kit."""
