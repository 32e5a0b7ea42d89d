"""Say whose workbook a returned file is, or why nobody can be sure: its stamp against the ledger and the caller's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp
from tdnv_sheets.validate.identity import Identity, Issued, identify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.validate.checked import Grounds


class Whose(NamedTuple):
    """A stamp and what was issued under it; a finding of severity error says that it must not be believed."""

    identity: Identity
    issued: Issued | None = None
    wrong: Finding | None = None


def whose(carriers: Sequence[tuple[str, str]], grounds: Grounds) -> Whose:
    """Read the stamp of a workbook and compare it; a file without one is taken for the unit that the caller names.

    *carriers*: the identity texts that were found in it, see `Book`.
    """
    identity = identify(carriers, kind="unit", key=grounds.key, ledger=grounds.ledger)
    unknown = identity.stamp is None and identity.findings[0].code == "not-our-template"
    if unknown and grounds.unidentified is not None:
        stamp = Stamp("unit", TEMPLATE_VERSION, grounds.ledger or "", "", grounds.unidentified.unit, "", 0, "")
        identity = Identity(stamp)
    if identity.stamp is None:
        return Whose(identity)
    issued = _issued(identity.stamp, grounds)
    return Whose(identity, issued, _difference(identity.stamp, issued, grounds))


def _issued(stamp: Stamp, grounds: Grounds) -> Issued | None:
    if grounds.ledger is None:
        return None
    return grounds.issued(stamp.issue, stamp.revision) if stamp.issue else grounds.unidentified


def _difference(stamp: Stamp, issued: Issued | None, grounds: Grounds) -> Finding | None:
    """Compare the stamp with what the ledger and the caller know; the first difference counts."""
    code, values = "", dict[str, str]()
    if grounds.unit is not None and grounds.unit != stamp.unit:
        names = {known.code: known.name for known in grounds.units}
        code = "wrong-unit"
        values = {"found": names.get(stamp.unit, stamp.unit), "expected": names.get(grounds.unit, grounds.unit)}
    elif grounds.ledger is not None and issued is None:
        code, values = "unknown-issue", {"issue": stamp.issue}
    elif issued is not None and (issued.unit != stamp.unit or issued.content != stamp.content):
        code = "signature"
    elif grounds.ledger is not None and stamp.unit not in {known.code for known in grounds.units}:
        code, values = "unknown-unit-code", {"unit": stamp.unit}
    return found(code, values=values) if code else None
