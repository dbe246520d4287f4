"""What this framework can do at best on this machine: the smallest page, and the smallest endpoint that asks the database once."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, MediaType, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

PAGE = "<!doctype html><html lang=en><title>A plain page</title><h1>A plain page</h1><p>" + "Nothing is asked, nothing is read. " * 60


class Question(msgspec.Struct):
    number: int


class Answer(msgspec.Struct):
    number: int


@get("/page", media_type=MediaType.HTML)
async def show_page() -> str:
    """A page of two kilobytes that needs neither database nor template."""
    return PAGE


@post("/question")
async def answer_question(data: JSONBody[Question], state: State) -> Answer:
    """One JSON body in, one round trip, one JSON body out."""
    return Answer(await state.pool.fetchval("select $1::int + 1", data.number))


def create_app(dsn: str) -> Litestar:
    @asynccontextmanager
    async def pool(app: Litestar) -> AsyncGenerator[None, None]:
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as opened:
            app.state.pool = opened
            yield

    return Litestar([show_page, answer_question], lifespan=[pool], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), port=int(sys.argv[2]), http="httptools", ws="none", log_config=None, access_log=False)
