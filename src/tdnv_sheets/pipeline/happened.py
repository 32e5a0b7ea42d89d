"""Say what happened to a task – deadlines, extensions, returns, transfers – in words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.past import plain
from tdnv_sheets.records import EventKind
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.records import Event, Value

_MOVES = frozenset({EventKind.TRANSFER_OUT, EventKind.TRANSFER_IN})


def event_lines(events: Iterable[Event], names: Mapping[str, str], lang: str) -> list[str]:
    """Give one line for each event; *names* are units' codes → names."""
    lines = [
        say(
            "events.line",
            lang,
            day=f"{event.day:%d/%m/%Y}",
            unit=names.get(event.key.unit, event.key.unit),
            what=_what(event, names, lang),
        )
        for event in events
    ]
    return [say("events.head", lang), *lines] if lines else []


def _what(event: Event, names: Mapping[str, str], lang: str) -> str:
    def shown(value: Value) -> str:
        return names.get(str(value), str(value)) if event.kind in _MOVES else as_text(value)

    if event.kind is EventKind.DEADLINE and event.number > 1:
        return say(
            "events.deadline_again", lang, again=event.number - 1, before=shown(event.before), after=shown(event.after)
        )
    document = f" ({event.document})" if event.document else ""
    return say(
        f"events.{event.kind}",
        lang,
        number=event.number,
        before=shown(event.before),
        after=shown(event.after),
        document=document,
    )


def event_json(event: Event) -> dict[str, Any]:
    """Give one event as `tdnv history --format json` prints it."""
    return {
        "event": event.kind.value,
        "number": event.number,
        "day": event.day.isoformat(),
        "task_id": event.key.task_id,
        "unit": event.key.unit,
        "document": event.document,
        "from": plain(event.before),
        "to": plain(event.after),
        "recorded": event.revision,
        "who": event.who,
    }
