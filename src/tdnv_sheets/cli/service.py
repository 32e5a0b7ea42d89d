"""`tdnv service print`: what the operating system needs to run `tdnv watch` for ever."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tdnv_sheets.cli.out import Call, pass_call, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = ("systemd", "task-scheduler", "windows-service", "launchd")
_USUAL: Final[Mapping[str, str]] = {"win32": "task-scheduler", "darwin": "launchd"}
_ENTRY: Final = "from tdnv_sheets.cli.main import main; main()"


@click.group()
def service() -> None:
    """Let the operating system run `tdnv watch` for ever."""


@service.command("print")
@click.option("--kind", type=click.Choice(_KINDS), help="For which system; default: the one of this machine.")
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
@pass_call
def print_(call: Call, kind: str | None, path: Path | None) -> None:
    """Print the unit, task, service or agent for this workspace; what to do with it is said on stderr."""
    from tdnv_sheets.errors import BrokenSurroundings
    from tdnv_sheets.pipeline.service import KINDS, Service, as_bytes, how_to

    space = call.workspace()
    chosen = kind or _USUAL.get(sys.platform, "systemd")
    what = Service(program(), str(space.root), space.settings.office, _user(), call.lang)
    text = KINDS[chosen](what)
    if path is None:
        click.echo(text, nl=False)
    else:
        try:
            path.write_bytes(as_bytes(chosen, text))
        except OSError as problem:
            raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem
    tell(how_to(chosen, what, "" if path is None else str(path.resolve())))


def program() -> tuple[str, ...]:
    """Give the command `tdnv` of the Python that runs now, with its absolute path."""
    found = shutil.which("tdnv", path=sysconfig.get_path("scripts")) or shutil.which("tdnv")
    return (str(Path(found).absolute()),) if found else (sys.executable, "-c", _ENTRY)


def _user() -> str:
    """Give the user who asks; Windows wants the domain before the name."""
    domain = os.environ.get("USERDOMAIN", "") if sys.platform == "win32" else ""
    name = getpass.getuser()
    return f"{domain}\\{name}" if domain else name
