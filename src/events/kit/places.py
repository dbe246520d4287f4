"""Where the files beside the code are: in a checkout next to `src/`, in an installed wheel inside the package."""

from pathlib import Path

import events

_PACKAGE = Path(events.__file__).parent
_CHECKOUT = _PACKAGE.parents[1]


def migrations_folder() -> Path:
    return _folder("migrations")


def templates_folder() -> Path:
    return _folder("templates")


def _folder(name: str) -> Path:
    packed = _PACKAGE / f"_{name}"
    return packed if packed.is_dir() else _CHECKOUT / name
