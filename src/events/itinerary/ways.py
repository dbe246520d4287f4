"""How long the way from one venue to another takes, door to door.

Organisers who know better say so (`travel_times`); otherwise it is estimated from the distance, on the careful side: a guest who is
early has a coffee. The speeds were compared with timetables: Haneda to Yokohama harbour 17 km, 50 to 55 minutes with both walks;
Tokyo to Osaka 400 km, three and a half hours; Tokyo to Fukuoka 880 km, five by air.
"""

from math import asin, ceil, cos, radians, sin, sqrt

from .model import NO_WAY, KnownWays, Place, Stay, Way

EARTH_KM = 6371.0
SETTING_OFF_MINUTES = 10.0  # coat, lift, door; the same at the other end
CITY_KM = 30.0
CITY_KMH = 24.0  # trains and taxis with waiting and changing, measured along the bird's line
RAIL_KMH = 170.0
AIRPORT_MINUTES = 240.0  # to the airport, through it, and into town
AIR_KMH = 800.0
STEP_MINUTES = 5  # nobody knows it better than that


def way_between(first: Stay, second: Stay, known: KnownWays) -> Way:
    """From the first to the second: nothing within one venue, what an organiser knows in this or the other direction, the estimate,
    or nothing where nobody knows the place."""
    if first.venue_id is None or second.venue_id is None or first.venue_id == second.venue_id:
        return NO_WAY
    there = known.get((first.venue_id, second.venue_id), known.get((second.venue_id, first.venue_id)))
    if there is not None:
        return Way(there, is_estimate=False)
    if first.place is None or second.place is None:
        return NO_WAY
    return Way(estimated_minutes(distance_km(first.place, second.place)), is_estimate=True)


def distance_km(one: Place, other: Place) -> float:
    """Along the great circle (haversine formula)."""
    latitudes = radians(one.latitude), radians(other.latitude)
    across = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(across + cos(latitudes[0]) * cos(latitudes[1]) * along)))


def estimated_minutes(kilometres: float) -> int:
    """By city traffic, then by rail, or by air where that is quicker. Longer ways never take less."""
    within_city = SETTING_OFF_MINUTES + min(kilometres, CITY_KM) / CITY_KMH * 60
    by_rail = within_city + max(kilometres - CITY_KM, 0.0) / RAIL_KMH * 60
    by_air = AIRPORT_MINUTES + kilometres / AIR_KMH * 60
    return ceil(min(by_rail, by_air) / STEP_MINUTES) * STEP_MINUTES
