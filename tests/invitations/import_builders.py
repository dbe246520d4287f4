"""Lists for the tests of the import: files as spreadsheet programs write them, and somebody who brings them by the pages."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

import httpx
import xlsxwriter

from tests.visitor import Page, Visitor

HEADER = ("Family name", "Given name", "E-mail", "Company")


def csv_of(*rows: Sequence[str], header: Sequence[str] = HEADER, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A text file; characters that the encoding lacks are a mistake of the test."""
    paper = io.StringIO()
    csv.writer(paper, delimiter=separator).writerows([header, *rows])
    return paper.getvalue().encode(encoding)


def book_of(*rows: Sequence[object], header: Sequence[str] = HEADER) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate([header, *rows]):
        sheet.write_row(line, 0, row)
    book.close()
    return output.getvalue()


class Bringer(Visitor):
    """Somebody who brings lists: uploads, chooses, looks, takes in."""

    def __init__(self, client: httpx.AsyncClient, *, target: str, locale: str = "en") -> None:
        super().__init__(client, locale=locale)
        self.target = target

    async def upload(self, content: bytes, name: str = "guests.csv") -> Page:
        """The page after the upload."""
        answer = await self.client.post("/organiser/imports", data={"target": self.target}, files={"file": (name, content)})
        return await self.followed(answer)

    async def look(self, content: bytes, defaults: dict[str, str] | None = None, *, columns: dict[str, str] | None = None) -> Page:
        """The look at what would come of the list."""
        page = await self.upload(content)
        page = await self.press(page, "/columns", columns or {})
        return await self.press(page, "/defaults", defaults or {})

    async def bring(self, content: bytes, defaults: dict[str, str] | None = None, *, columns: dict[str, str] | None = None) -> Page:
        """The page after everything was pressed; a long list is still on its way then."""
        return await self.take_in(await self.look(content, defaults, columns=columns))

    async def take_in(self, page: Page) -> Page:
        return await self.press(page, "/run", {})

    async def press(self, page: Page, action: str, answers: dict[str, str]) -> Page:
        """Sends the page's form with that address."""
        (form, *_others) = [form for form in page.forms if form.action.endswith(action)]
        fields: dict[str, list[str]] = {}
        for name, value in form.filled(dict(answers)):
            fields.setdefault(name, []).append(value)
        return await self.followed(await self.client.post(form.action, data=fields))

    async def followed(self, answer: httpx.Response) -> Page:
        while answer.is_redirect:
            answer = await self.client.get(answer.headers["location"])
        return Page(answer)


def import_id(page: Page) -> UUID:
    """The list that a page is about."""
    return UUID(page.url.split("/organiser/imports/")[1][:36])
