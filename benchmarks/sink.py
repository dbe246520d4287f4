"""A mail server that takes everything and keeps nothing. `python -m benchmarks.sink PORT`."""

import asyncio
import sys
from typing import Any

from aiosmtpd import smtp


class Sink:
    """Says yes to every mail."""

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 (the library's name)
        return "250 OK"


async def serve(port: int) -> None:
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(sink), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
