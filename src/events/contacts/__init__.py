"""Contacts: guests who exchange their cards with the consent of both. May import tickets, registration, messaging, programme, people, kit."""
