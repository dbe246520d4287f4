"""The second page of a sign-up for several events, where they ask something."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.response import Template

from events.kit.database import Pool
from events.kit.forms import Form
from events.kit.templates import page
from events.kit.tokens import Tokens

from .asking import EventQuestions, answered, blocks, labels, questions_of, receive, takes_files, typed_before, was_asked
from .model import Plan
from .rate_limits import limit_files


async def ask(request: Request[Any, Any, State], form: Form, plan: Plan, *, tokens: Tokens, page_url: str) -> Plan | Template:
    """The plan with the answers, or the page that asks for them: at first as it is, then with what is wrong."""
    here = request.app.state
    pool: Pool = here.pool
    questions = await questions_of(here.questions, plan)
    if not questions:
        return plan
    if not was_asked(form, questions):
        return _page(form, plan, questions, page_url, status=200)
    if form.files:
        await limit_files(request, pool, len(form.files))
        await receive(form, pool, plan, questions, tokens)
    whole = answered(form, plan, questions, tokens)
    return whole if form.ok else _page(form, plan, questions, page_url, status=422)


def _page(form: Form, plan: Plan, questions: EventQuestions, page_url: str, *, status: int) -> Template:
    return page(
        "itinerary/questions.html",
        status=status,
        page_url=page_url,
        programme=plan.programme,
        blocks=blocks(plan, questions),
        typed=typed_before(form, plan),
        labels=labels(plan, questions),
        takes_files=takes_files(questions),
        form=form,
    )
