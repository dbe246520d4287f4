"""Mails: the words organisers may change, the outbox, bounces, unsubscribing. May import programme and below."""
