"""Registration, the heart: bookings, registrations, holds, waiting list. May import programme, accounts, people, kit."""
