"""Signing up, and every page behind a booking's own link, under one router."""

from litestar import Router

from . import answer_pages, booking_pages, companion_pages, contact_pages, pages, party_cancellation_pages, substitute_pages

router = Router(
    path="/",
    route_handlers=[
        answer_pages.router,
        booking_pages.router,
        companion_pages.router,
        contact_pages.router,
        pages.router,
        party_cancellation_pages.router,
        substitute_pages.router,
    ],
)
