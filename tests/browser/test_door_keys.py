"""The phone folds what is typed exactly as the server folds names: the same words for every string, in a real Chromium."""

import random
import unicodedata
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route

from events.demo.people import people
from events.people.keys import search_words

SCRIPTS = Path(__file__).parents[2] / "src" / "events" / "static" / "js"
SYLLABLES = [
    "sa",
    "tou",
    "oh",
    "sha",
    "shi",
    "tsu",
    "tchi",
    "chi",
    "fu",
    "ju",
    "jya",
    "ji",
    "n",
    "m",
    "ba",
    "pa",
    "mueller",
    "goethe",
    "ß",
    "ü",
    "ö",
    "ø",
    "ł",
    "æ",
    "é",
    "É",
    "ç",
    "ñ",
    "ō",
    "ū",
    "Ō",
]
KANA = "あいうえおかがきぎっゃゅょぁぃぅぇぉーんはぱばゔヴアイカガキギッャュョァィゥヵヶワヮヽヾゝゞｱｶﾞｷｬｯﾊﾟｰ々・"
KANJI = "髙高崎﨑𠮷吉渡邊辺齋斎葛󠄀見本花子株式会社々"
BETWEEN = [" ", "-", "'", "’", "・", "　", ".", "_", "\u200b", "\u0301", "\n", "´"]


def generated(count: int) -> list[str]:
    dice = random.Random(17)  # noqa: S311 (the same strings at every run)
    letters = [chr(code) for code in range(0x20, 0x2FA1E) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    pieces = [lambda: dice.choice(SYLLABLES), lambda: dice.choice(KANA), lambda: dice.choice(KANJI), lambda: dice.choice(letters)]
    pieces += [lambda: dice.choice(BETWEEN), lambda: dice.choice(SYLLABLES).upper(), lambda: str(dice.randrange(1000))]
    return ["".join(dice.choice(pieces)() for _ in range(dice.randint(1, 24))) for _ in range(count)]


def of_the_demo() -> list[str]:
    guests = [person.guest for group in people().values() for person in group]
    names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin", "company")
    return sorted({getattr(guest, name) for guest in guests for name in names})


@pytest.fixture
async def keys(chromium: Browser) -> Page:
    """A page with the phone's module as `keys`."""
    page = await (await chromium.new_context()).new_page()

    async def script(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        text = (SCRIPTS / name).read_text() if name.endswith(".js") else "<!doctype html>"
        await route.fulfill(body=text, content_type="text/javascript" if name.endswith(".js") else "text/html")

    await page.route("http://keys.invalid/**", script)
    await page.goto("http://keys.invalid/")
    await page.evaluate("async () => { globalThis.keys = await import('/_door_keys.js') }")
    return page


@pytest.mark.parametrize("strings", [generated(8_000), of_the_demo()], ids=["generated", "demo"])
async def test_folds_as_the_server_does(keys: Page, strings: list[str]) -> None:
    folded = await keys.evaluate("texts => texts.map((text) => keys.searchWords(text))", strings)
    assert len(strings) > 100
    assert [(text, words) for text, words in zip(strings, folded, strict=True)] == [(text, search_words(text)) for text in strings]


async def test_a_query_may_be_long_and_endless(keys: Page) -> None:
    strings = ["ō" * 5_000, "word " * 500, "𠮷" * 100, "か" * 100, ""]
    folded = await keys.evaluate("texts => texts.map((text) => keys.searchWords(text))", strings)
    assert folded == [search_words(text) for text in strings]
