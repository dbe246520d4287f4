"""Every address of the house: the pages and interfaces of every room."""

from litestar.types import ControllerRouterHandler

from . import health
from .accounts import pages as accounts_pages
from .arrivals import assignment_pages
from .arrivals import organiser_pages as arrivals_organiser_pages
from .arrivals import pages as arrivals_pages
from .badges import pages as badges_pages
from .badges import phone_pages as badges_phone_pages
from .badges import station_pages as badges_station_pages
from .co_hosts import organiser_pages as co_hosts_organiser_pages
from .co_hosts import pages as co_hosts_pages
from .co_hosts import team_pages
from .contacts import download_pages as contacts_download_pages
from .contacts import organiser_pages as contacts_organiser_pages
from .contacts import pages as contacts_pages
from .contacts import party_pages as contacts_party_pages
from .door import api as door_api
from .door import board_guest_pages as door_guest_pages
from .door import board_pages as door_board_pages
from .door import conflict_pages as door_conflict_pages
from .door import list_pages as door_list_pages
from .door import pages as door_pages
from .door import pairing_pages as door_pairing_pages
from .door import paper_pages as door_paper_pages
from .door import phone_pages as door_phone_pages
from .door import rules_pages as door_rules_pages
from .door import scan_pages as door_scan_pages
from .door import shell_pages as door_shell_pages
from .door import stranded_pages as door_stranded_pages
from .door import stream_pages as door_stream_pages
from .door import walk_in_pages as door_walk_in_pages
from .invitations import import_pages, letter_pages, list_bulk_pages, list_new_pages, list_pages, record_pages, wave_pages, wave_plan_pages
from .invitations import pages as invitations_pages
from .itinerary import feed_pages as itinerary_feed_pages
from .itinerary import offline_pages as itinerary_offline_pages
from .itinerary import pages as itinerary_pages
from .itinerary import party_pages as itinerary_party_pages
from .itinerary import venue_pages as itinerary_venue_pages
from .messaging import plan_pages, subscription_pages, text_pages
from .overview import api as overview_api
from .overview import event_cancellation_pages, export_pages, guest_pages, mail_pages
from .overview import pages as overview_pages
from .privacy import audit_pages, confirmation_pages, party_pages, people_pages, retention_pages
from .programme import organiser_pages, pool_pages
from .programme import pages as programme_pages
from .questions import answer_pages, preview_pages
from .questions import organiser_pages as question_pages
from .registration import api as registration_api
from .registration import guest_pages as booking_pages
from .selection import line_pages, offer_pages
from .selection import pages as selection_pages
from .tickets import guest_pages as tickets_pages

PAGES: list[ControllerRouterHandler] = [
    accounts_pages.router,
    arrivals_organiser_pages.router,
    arrivals_pages.router,
    assignment_pages.router,
    audit_pages.router,
    badges_pages.router,
    badges_phone_pages.router,
    badges_station_pages.router,
    booking_pages.router,
    confirmation_pages.router,
    co_hosts_organiser_pages.router,
    co_hosts_pages.router,
    team_pages.router,
    contacts_download_pages.router,
    contacts_organiser_pages.router,
    contacts_pages.router,
    contacts_party_pages.router,
    door_api.api,
    door_list_pages.router,
    door_walk_in_pages.router,
    door_board_pages.router,
    door_conflict_pages.router,
    door_guest_pages.router,
    door_pages.router,
    door_pairing_pages.router,
    door_paper_pages.router,
    door_phone_pages.router,
    door_rules_pages.router,
    door_scan_pages.router,
    door_shell_pages.router,
    door_stranded_pages.router,
    door_stream_pages.router,
    health.router,
    import_pages.router,
    invitations_pages.router,
    letter_pages.router,
    list_bulk_pages.router,
    list_new_pages.router,
    list_pages.router,
    record_pages.router,
    overview_api.api,
    overview_pages.router,
    guest_pages.router,
    export_pages.router,
    itinerary_feed_pages.router,
    itinerary_offline_pages.router,
    itinerary_pages.router,
    itinerary_party_pages.router,
    itinerary_venue_pages.router,
    mail_pages.router,
    event_cancellation_pages.router,
    line_pages.router,
    offer_pages.router,
    organiser_pages.router,
    party_pages.router,
    people_pages.router,
    pool_pages.router,
    answer_pages.router,
    preview_pages.router,
    programme_pages.router,
    question_pages.router,
    registration_api.api,
    retention_pages.router,
    selection_pages.router,
    plan_pages.router,
    subscription_pages.router,
    text_pages.router,
    tickets_pages.router,
    wave_pages.router,
    wave_plan_pages.router,
]
