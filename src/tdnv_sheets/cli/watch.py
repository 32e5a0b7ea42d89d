"""`tdnv watch`."""

from __future__ import annotations

import json
import logging
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import click

from tdnv_sheets.cli.out import ATTENTION, WAITS, Call, pass_call, reason, stop, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tdnv_sheets.pipeline.watch import Said, Stop

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGBREAK")
_LOG_SIZE: Final = 2_000_000
_LOGS_KEPT: Final = 5


@click.command()
@click.option("--poll", is_flag=True, help="Look at the inbox by the clock only, as on a network share.")
@click.option("--once", is_flag=True, help="Do one full round and end, for schedulers.")
@click.option(
    "--quiet-for", type=click.FloatRange(min=0.1), help="Seconds without a change after which a file is taken."
)
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Shape of the log."
)
@pass_call
def watch(call: Call, *, poll: bool, once: bool, quiet_for: float | None, log_format: str) -> None:
    """Take in what is dropped into the inbox and keep the register right, until stopped."""
    from tdnv_sheets.pipeline.watch import How, Stop, watch_once
    from tdnv_sheets.pipeline.watch import watch as do

    space, asked = call.workspace(), Stop()
    how = How(poll=poll, quiet=quiet_for)
    with _logged(space.hidden / "logs", call.lang, log_format) as say, _stopped_by_signals(asked):
        if not once:
            do(space, call.moment, say, asked, how)
            return
        watcher = watch_once(space, call.moment, say, asked, how)
    if watcher.took.attention:
        stop(ATTENTION)
    stop(WAITS if watcher.waits() else 0)


@contextmanager
def _stopped_by_signals(asked: Stop) -> Iterator[None]:
    """Let what ends a program ask the watcher to end: the files in hand are filed away first."""
    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = [signal.signal(one, lambda *_: asked.ask()) for one in known]
    try:
        yield
    finally:
        for one, handler in zip(known, before, strict=True):
            signal.signal(one, handler)


@contextmanager
def _logged(folder: Path, lang: str, shape: str) -> Iterator[Callable[[Said], None]]:
    """Give what says things: to the person at the terminal, and into a log that never grows without end."""
    from logging.handlers import RotatingFileHandler

    folder.mkdir(parents=True, exist_ok=True)
    log = logging.getLogger("tdnv.watch")
    log.setLevel(logging.INFO)
    log.propagate, logging.raiseExceptions = False, False  # a full disk ends neither the service nor its peace
    file = RotatingFileHandler(folder / "watch.log", maxBytes=_LOG_SIZE, backupCount=_LOGS_KEPT, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s" if shape == "text" else "%(message)s"))
    log.addHandler(file)

    def say(said: Said) -> None:
        text = words(said, lang)
        line = text if shape == "text" else _line(said, text)
        log.log(int(said.weight), "%s", line)
        with suppress(OSError):  # the terminal may be closed; the service goes on
            tell(line)

    try:
        yield say
    finally:
        log.removeHandler(file)
        file.close()


def words(said: Said, lang: str) -> str:
    """Give the sentence for what a watcher says."""
    from tdnv_sheets.messages.catalogue import say

    values = {
        name: reason(value, lang) if isinstance(value, BaseException) else value for name, value in said.values.items()
    }
    return say(f"watch.{said.code}", lang, **values)


def _line(said: Said, text: str) -> str:
    """Give one JSON object for programs that collect logs; the words for people stand among its fields."""
    from datetime import datetime

    fields: dict[str, Any] = {
        "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(int(said.weight)).lower(),
        "event": said.code,
        "text": text,
    }
    for name, value in said.values.items():
        if not name.startswith("what_"):
            plain = getattr(value, "code", type(value).__name__) if isinstance(value, BaseException) else value
            fields[name] = plain if isinstance(plain, int | list | None) else str(plain)
    return json.dumps(fields, ensure_ascii=False)
