"""Tickets: the page, paper and calendar entry of a guest's ticket, and the mails of a booking.

May import registration, payments, programme, accounts, people and kit.
"""
