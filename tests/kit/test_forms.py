import time
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State

from events.kit.forms import MOST_FIELDS, Form, MalformedForm, is_email


def test_every_field_is_checked_and_what_was_typed_is_kept() -> None:
    form = Form([("name", "  "), ("email", "katharina@"), ("diet", "soup"), ("places", "12"), ("note", "a\x00b"), ("vip", "on")])
    form.text("name", required=True)
    form.email("email")
    form.choice("diet", ("vegan", "halal"))
    form.number("places", least=1, most=9)
    form.text("note")
    assert form.checked("vip")
    assert not form.ok
    assert form.errors == {
        "name": "Please fill this in.",
        "email": "This address looks incomplete, for example name@company.com.",
        "diet": "Please choose one of the options.",
        "places": "Please enter a number from 1 to 9.",
        "note": "This contains characters that cannot be printed.",
    }
    assert form.values["email"] == "katharina@"


def test_text_is_trimmed_outside_only() -> None:
    form = Form([("name", " 葛\U000e0100　例 ")])
    assert form.text("name") == "葛\U000e0100　例"
    assert form.ok


def test_too_long_text_and_numbers_in_other_digits_are_refused() -> None:
    form = Form([("name", "x" * 201), ("places", "１２")])
    form.text("name")
    form.number("places", least=1, most=99)
    assert set(form.errors) == {"name", "places"}


def test_group_of_boxes_keeps_all_its_values() -> None:
    assert Form([("guest", "a"), ("guest", "b")]).chosen("guest") == ["a", "b"]


@pytest.mark.parametrize("good", ["a@b.de", "katharina.o'hara+visit@büro.example", "用户@例え.jp"])
def test_addresses_that_people_have(good: str) -> None:
    assert is_email(good)


@pytest.mark.parametrize(
    "bad", ["", "a", "a@b", "@b.de", "a@b..de", "a b@c.de", "a@b.de, c@d.de", "<a@b.de>", "a@" + "b" * 250 + ".de", "a@b.de\r\nBcc: x@y.de"]
)
def test_addresses_that_are_none(bad: str) -> None:
    assert not is_email(bad)


@post("/", status_code=200, request_max_body_size=17_000_000)
async def read_form(request: Request[Any, Any, State]) -> int:
    return len((await Form.read(request)).values)


@pytest.mark.parametrize(("body", "status"), [(b"&".join(b"%d=x" % n for n in range(MOST_FIELDS)), 200), (b"a=&" * 5_000_000, 400)])
async def test_forms_of_millions_of_fields_are_refused_unread(body: bytes, status: int) -> None:
    app = Litestar([read_form], exception_handlers={MalformedForm: lambda _request, error: Response({}, status_code=error.status)})
    headers, before = {"content-type": "application/x-www-form-urlencoded"}, time.process_time()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver.local") as client:  # type: ignore[arg-type]
        answer = await client.post("/", content=body, headers=headers)
    assert answer.status_code == status
    assert time.process_time() - before < 3
