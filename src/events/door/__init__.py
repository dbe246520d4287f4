"""Door: gates, paired phones, scanning, check-ins and their undoing. May import tickets, registration, programme, accounts, people, kit."""
