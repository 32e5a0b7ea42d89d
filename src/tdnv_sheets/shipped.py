"""Where the files that come with the program lie: beside the modules in a wheel, at the top of a checkout otherwise."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """Give the path of a shipped file or folder, such as `shipped("schemas", "assignment.toml")`."""
    installed = _PACKAGE / "_shipped"
    root = installed if installed.is_dir() else _PACKAGE.parent.parent
    return root.joinpath(*parts)


def packaged(*parts: str) -> Path:
    """Give the path of a file inside the package, such as `packaged("regulations")`."""
    return _PACKAGE.joinpath(*parts)
