"""The arrivals curve as numbers for an SVG: cumulative, in steps of five minutes, over the hours that matter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from .model import Board

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 34.0, 410.0, 18.0, 184.0
STEP = timedelta(minutes=5)
AFTER_START = timedelta(minutes=30)  # by then most people have come; the axis grows when they come later
LONGEST_AXIS = timedelta(hours=12)  # a forgotten phone that syncs next morning must not flatten the curve
MOST_LABELS = 5
_LABEL_MINUTES = (10, 15, 20, 30, 60, 120, 180, 240)


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Coordinates, already rounded; `line` is empty before the first arrival, `now_x` outside the hours shown."""

    line: str
    area: str
    end_x: float
    end_y: float
    now_x: float | None
    hours: list[tuple[float, str]]
    steps: list[tuple[float, int]]
    arrived: int


def arrivals_chart(board: Board) -> Chart:
    """From the doors (or the first arrival) until half an hour after the start, the last arrival or now."""
    begin, end = _hours(board)
    top = _ceiling(max(board.figures.confirmed, sum(step.guests for step in board.arrivals)))
    moments, total = [(begin, 0)], 0
    for step in board.arrivals:
        at = min(max(step.at, begin), end)
        moments.append((at, total))
        total += step.guests
        moments.append((min(at + STEP, end, max(board.read_at, at)), total))
    if begin < board.read_at < end and moments[-1][0] < board.read_at:
        moments.append((board.read_at, total))
    points = [(_x(at, begin, end), _y(guests, top)) for at, guests in moments] if total else []
    line = " ".join(f"{x},{y}" for x, y in points)
    return Chart(
        line=line,
        area=f"{line} {points[-1][0]},{BOTTOM} {points[0][0]},{BOTTOM}" if points else "",
        end_x=points[-1][0] if points else 0.0,
        end_y=points[-1][1] if points else 0.0,
        now_x=_x(board.read_at, begin, end) if begin <= board.read_at <= end else None,
        hours=_hour_labels(begin, end, board.event.time_zone),
        steps=[(_y(guests, top), guests) for guests in range(0, top + 1, top // 4 if top >= 4 else 1)],
        arrived=total,
    )


def _hours(board: Board) -> tuple[datetime, datetime]:
    event, arrivals = board.event, board.arrivals
    earliest = event.doors_at - LONGEST_AXIS / 2
    begin, end = event.doors_at, event.starts_at + AFTER_START
    if board.read_at < event.ends_at:
        end = max(end, board.read_at)
    if arrivals:
        begin, end = min(begin, arrivals[0].at), max(end, arrivals[-1].at + STEP)
        if arrivals[-1].at < earliest:  # a rehearsal, days before
            return max(begin, arrivals[-1].at - LONGEST_AXIS / 2), arrivals[-1].at + AFTER_START
    begin = max(begin, earliest)
    return begin, min(end, begin + LONGEST_AXIS)


def _ceiling(guests: int) -> int:
    """The next round number that four equal steps divide."""
    for size in (4, 8, 12, 20, 40, 60, 80, 100, 120, 160, 200, 240, 320, 400):
        if guests <= size:
            return size
    return -(-guests // 400) * 400


def _hour_labels(begin: datetime, end: datetime, zone: str) -> list[tuple[float, str]]:
    minutes = next((m for m in _LABEL_MINUTES if (end - begin) / timedelta(minutes=m) <= MOST_LABELS), _LABEL_MINUTES[-1])
    labels, at = [], begin
    while at <= end:
        labels.append((_x(at, begin, end), f"{at.astimezone(ZoneInfo(zone)):%H:%M}"))
        at += timedelta(minutes=minutes)
    return labels


def _x(at: datetime, begin: datetime, end: datetime) -> float:
    return round(LEFT + (at - begin) / (end - begin) * (RIGHT - LEFT), 1)


def _y(guests: int, top: int) -> float:
    return round(BOTTOM - guests / top * (BOTTOM - TOP), 1)
