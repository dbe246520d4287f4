"""What organisers choose about badges: how they look, and whose they print."""

from uuid import UUID

from events.kit.forms import Form
from events.people.keys import search_words
from events.programme.model import Pool

from .model import Choice, Code, FirstScript, Layout, Look, Order, Which

LONGEST_QUERY = 100
SHARED = "-"
"""Stands for the places shared by all in the choice of contingents; no contingent's slug can be a lone hyphen."""


def parse_look(form: Form) -> Look | None:
    """How badges look from now on; none with an error."""
    layout, first_script = form.choice("layout", [*Layout]), form.choice("first_script", [*FirstScript])
    words, qr = form.choice("words", ["de", "en", "ja"]), form.choice("qr", [*Code])
    if not form.ok:
        return None
    return Look(
        layout=Layout(layout),
        first_script=FirstScript(first_script),
        words=words,
        qr=Code(qr),
        shows_roles=form.checked("shows_roles"),
        shows_table=form.checked("shows_table"),
        on_arrival=form.checked("on_arrival"),
    )


def look_form(look: Look) -> Form:
    """The form as it is filled in for this look."""
    boxes = [(name, "yes") for name in ("shows_roles", "shows_table", "on_arrival") if getattr(look, name)]
    return Form([("layout", look.layout), ("first_script", look.first_script), ("words", look.words), ("qr", look.qr), *boxes])


def parse_choice(form: Form, pools: list[Pool]) -> Choice:
    """Whose badges; what does not exist is left out, as an old address may name it."""
    which, order, query = form.values.get("which", ""), form.values.get("order", ""), form.values.get("q", "").strip()[:LONGEST_QUERY]
    contingent = form.values.get("contingent", "")
    pool_ids = _pools_within(pools, contingent) if contingent else []
    return Choice(
        which=Which(which) if which in {*Which} else Which.UNPRINTED,
        order=Order(order) if order in {*Order} else Order.NAME,
        contingent=contingent if pool_ids else "",
        query=query,
        pool_ids=pool_ids or None,
        words=search_words(query),
        registration_ids=[found for text in form.chosen("guest") if (found := uuid_of(text))],
    )


def uuid_of(text: str) -> UUID | None:
    """The id that a text is; none for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _pools_within(pools: list[Pool], slug: str) -> list[UUID]:
    """The contingent with all inside it; for the shared places the root alone."""
    if slug == SHARED:
        return [pools[0].id]
    ids = [pool.id for pool in pools if pool.slug == slug]
    known = 0
    while known < len(ids):
        known = len(ids)
        ids += [pool.id for pool in pools if pool.parent_id in ids and pool.id not in ids]
    return ids
