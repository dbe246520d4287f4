"""Every page behind a ticket's code, and those for tickets that are lost or in wrong hands, under one router."""

from litestar import Router

from . import pages, reissue_pages, wallet_pages

router = Router(path="/", route_handlers=[pages.router, reissue_pages.router, wallet_pages.router])
