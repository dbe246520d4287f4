"""Accounts: staff sign-in, sessions, roles, API tokens, audit trail. May import people and kit."""
