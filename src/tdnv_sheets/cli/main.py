"""The command `tdnv`: options before the command, the list of commands, and the one place where errors become words."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tdnv_sheets.cli.out import Call, explain_stop
from tdnv_sheets.errors import BrokenSurroundings, TdnvError

if TYPE_CHECKING:
    from datetime import datetime

ALLOCATIONS: Final = 200_000
"""Cells by the hundred thousand hold no cycles: looking for garbage after every 700 takes a quarter of the time."""
COMMANDS: Final = {
    "calendar": "calendar",
    "conflicts": "disputes",
    "demo": "demo",
    "doctor": "doctor",
    "duties": "duties",
    "explain": "explain",
    "export": "past",
    "history": "past",
    "init": "start",
    "issue": "exchange",
    "log": "undoing",
    "merge": "exchange",
    "regulation": "regulation",
    "render": "register",
    "resolve": "disputes",
    "service": "service",
    "summary": "report",
    "sync": "register",
    "undo": "undoing",
    "validate": "exchange",
    "watch": "watch",
}
"""Command → module beside this one; modules are loaded when their command is called."""

HELP: Final = {
    "calendar": "Show which days offices work, and count working days.",
    "conflicts": "Show the cells on which register and units disagree.",
    "demo": "Show a small office's half-year on invented data.",
    "doctor": "Say how the surroundings and the ledger stand.",
    "duties": "Show what is due when, and by which article.",
    "explain": "Say what is understood of a deadline, number or unit, and why.",
    "export": "Write all assignments as CSV, JSON lines or Parquet.",
    "history": "Show everything that happened to a task.",
    "init": "Make a new workspace.",
    "issue": "Draw a workbook for each unit to fill in.",
    "log": "Show the ledger's revisions, newest first.",
    "merge": "Take returned workbooks into the ledger.",
    "regulation": "List, show and check regulations.",
    "render": "Read the register back and draw it anew.",
    "resolve": "Settle conflicts: register's value, unit's, or another.",
    "service": "Print what the system needs to run the watcher for ever.",
    "summary": "Draw the report of a period.",
    "sync": "Do everything once: read back, take in, draw.",
    "undo": "Put back what a revision changed.",
    "validate": "Say what is wrong with workbooks; change nothing.",
    "watch": "Take in what is dropped, as it is dropped, until stopped.",
}

EXIT_CODES: Final = (
    "Exit codes: 0 done · 1 the data needs attention · 2 wrong usage · 3 waits for a person or a lock · "
    "4 a declaration or the surroundings are broken."
)


class LazyGroup(click.Group):
    """A group that imports a command only when it is called, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the commands' names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"tdnv_sheets.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, HELP[name]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TDNV_HOME",
    help="The workspace; default: the current folder and upwards.",
)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of messages.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that everything counts from; default: today.")
@click.version_option(package_name="tdnv-sheets", prog_name="tdnv")
@click.pass_context
def cli(ctx: click.Context, folder: Path | None, lang: str, as_of: datetime | None) -> None:
    """Follow the tasks of an office in the Excel workbooks that it already uses."""
    ctx.obj = Call(folder or Path.cwd(), lang, as_of.date() if as_of else None)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends the process with the exit code of design §10."""
    gc.set_threshold(ALLOCATIONS)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")  # a Windows console or pipe may not be able to hold Vietnamese otherwise
    lang = "vi"
    try:
        with cli.make_context("tdnv", list(sys.argv[1:] if arguments is None else arguments)) as ctx:
            lang = ctx.params.get("lang", lang)
            cli.invoke(ctx)
    except TdnvError as problem:
        click.echo(explain_stop(problem, lang), err=True)
        raise SystemExit(problem.exit_code) from None
    except click.exceptions.Exit as done:
        raise SystemExit(done.exit_code) from None
    except click.ClickException as wrong:
        wrong.show()
        raise SystemExit(wrong.exit_code) from None
    except click.Abort:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Whoever read our output (`| head`) has enough; Python must not try to flush the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as problem:
        click.echo(
            explain_stop(BrokenSurroundings("system", path=problem.filename or "–", problem=problem), lang), err=True
        )
        raise SystemExit(BrokenSurroundings.exit_code) from None
