"""Tell whose workbook this is, and whether to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp, find, is_genuine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.records import Value


@dataclass(frozen=True, slots=True)
class Issued:
    """One unit workbook as the ledger remembers it."""

    issue: str
    unit: str
    period: str
    revision: int
    content: str
    base: Mapping[str, Mapping[str, Value]]
    """Task id → fields at the issue's revision: the *base* of the merge, never taken from the file."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose workbook it is; no stamp when a finding of severity error says why."""

    stamp: Stamp | None
    token: str = ""
    findings: tuple[Finding, ...] = ()


def identify(carriers: Iterable[tuple[str, str]], *, kind: str, key: bytes | None, ledger: str | None) -> Identity:
    """Read the stamp by majority of its carriers and check it; without *key* the signature stays unchecked."""
    carried = find(carriers)
    stamp = carried.stamp
    if stamp is None:
        return _refuse("two-identities" if carried.disagree else "not-our-template")
    if stamp.kind != kind:
        return _refuse("register-here" if stamp.kind == "register" else "not-our-template")
    if ledger is not None and stamp.ledger != ledger:
        return _refuse("other-ledger")
    if key is not None and not is_genuine(carried.text, key):
        return _refuse("signature")
    if stamp.version != TEMPLATE_VERSION:
        return _refuse("old-template", version=str(stamp.version), current=str(TEMPLATE_VERSION))
    findings = []
    if carried.lost:
        lost = {
            f"what_{lang}": ", ".join(say(f"parts.carrier_{name}", lang) for name in carried.lost) for lang in LANGUAGES
        }
        findings.append(found("carrier-missing", values=lost))
    return Identity(stamp, carried.text, tuple(findings))


def _refuse(code: str, **values: str) -> Identity:
    return Identity(None, "", (found(code, values=values),))
