"""The real application on a port of its own, as a process: `python -m tests.browser.server <dsn> <port> <folder>`."""

import sys
from pathlib import Path

import uvicorn

from events.app import create_app
from tests.builders import settings_for


def serve(dsn: str, port: int, folder: Path) -> None:
    """Serves until it is told to stop; links and codes are those of `tests.builders.TOKENS`."""
    settings = settings_for(dsn, data_dir=folder, base_url=f"http://127.0.0.1:{port}", port=port, demo=True)
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
