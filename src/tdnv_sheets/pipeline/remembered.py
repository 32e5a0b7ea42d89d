"""Remember what was said about a file, so that checking the same bytes again under the same conditions takes no time."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tdnv_sheets.findings import About
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.pipeline.receive import Received, shown_name
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.pipeline.office import Office

_COUNTS = ("unit", "period", "total", "held")


def conditions(office: Office, as_of: date, unit: str | None) -> str:
    """Give one text for all that a check depends on besides the file: any change of it makes another text."""
    ledger = office.ledger
    parts = (version("tdnv-sheets"), ledger.identity(), ledger.revision(), ledger.issued(), as_of, unit)
    text = repr((*parts, office.space.settings, office.regulation.digest, office.units))
    return hashlib.sha256(text.encode()).hexdigest()


def recall(office: Office, path: Path, digest: str, under: str) -> Received | None:
    """Give what was said about these bytes under the same conditions; None when nothing is remembered."""
    try:
        kept = json.loads(_place(office, digest).read_text(encoding="utf-8"))
        if kept["under"] != under:
            return None
        abouts = tuple(
            About(found(line["code"], **line["place"]), line["task"], line["field"]) for line in kept["abouts"]
        )
        counts = {name: kept[name] for name in _COUNTS}
        return Received(shown_name(path.name), Verdict(kept["verdict"]), abouts, **counts)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never there, cut short or of another version: then the file is checked again


def remember(office: Office, received: Received, digest: str, under: str) -> None:
    """Keep what was said about a file; of a file with a mark of secrecy, or one that is not whole, nothing is kept."""
    secret = any(about.finding.code.startswith("secret") for about in received.abouts)
    if secret or not digest or received.verdict is Verdict.WAITING:
        return
    kept: dict[str, Any] = {"under": under, "verdict": received.verdict.value}
    kept |= {name: getattr(received, name) for name in _COUNTS}
    kept["abouts"] = [_line(about) for about in received.abouts]
    place = _place(office, digest)
    with suppress(OSError):  # a disk that is full or read-only only means that the file is checked again
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def _line(about: About) -> dict[str, Any]:
    finding = about.finding
    place = {name: getattr(finding, name) for name in ("sheet", "cell", "row", "column", "value")}
    place["values"] = dict(finding.values)
    return {"code": finding.code, "place": place, "task": about.task, "field": about.field}


def _place(office: Office, digest: str) -> Path:
    return office.space.hidden / "checked" / f"{digest}.json"
