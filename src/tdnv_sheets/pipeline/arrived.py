"""Put into words of the ledger that a file arrived and what became of it; of a secret one only that it came, and when."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from typing import TYPE_CHECKING, Final

from tdnv_sheets.ledger.arrivals import Arrival, record_waiting
from tdnv_sheets.messages.to_do import reading_order
from tdnv_sheets.pipeline.not_taken import stored_finding
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from tdnv_sheets.pipeline.filing import Plan
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received

_ALIAS: Final = 32


def new_token() -> str:
    """Make the name of one arrival."""
    return secrets.token_hex(8)


def arrival_of(office: Office, name: str, received: Received, moment: Moment, plan: Plan) -> Arrival:
    """Give what is remembered of a file that is filed away; *name* is its real one."""
    return _arrival(office, name, received, moment, plan=plan)


def waits(office: Office, name: str, received: Received, moment: Moment) -> None:
    """Remember that a file waits where it was dropped; said again only when something else is to be said of that name."""
    record_waiting(office.ledger, _arrival(office, name, received, moment, plan=None))


def is_secret(received: Received) -> bool:
    """Say whether a file was left alone because it bears a mark of secrecy."""
    codes = (about.finding.code for about in received.abouts)
    return received.verdict is Verdict.WAITING and any(code.startswith("secret") for code in codes)


def _arrival(office: Office, name: str, received: Received, moment: Moment, *, plan: Plan | None) -> Arrival:
    secret = is_secret(received)
    ordered = sorted(received.abouts, key=lambda about: reading_order(about.finding))
    codes = tuple(dict.fromkeys(about.finding.code for about in ordered))
    return Arrival(
        token=new_token() if plan is None else plan.token,
        at=moment.now,
        name="" if secret else received.file,
        alias=_alias(office, name),
        digest="" if plan is None else plan.digest,
        unit="" if secret else received.unit,
        period="" if secret else received.period,
        verdict=received.verdict.value,
        rows=0 if secret else received.total,
        held=0 if secret else received.held,
        cells=len(received.changes),
        conflicts=len(received.conflicts),
        kept="" if plan is None else plan.kept,
        marked="" if plan is None else plan.marked,
        codes=("secret",) if secret else codes,
        reason="" if secret or not ordered else json.dumps(stored_finding(ordered[0]), ensure_ascii=False),
    )


def _alias(office: Office, name: str) -> str:
    """Digest a file's name with the office's key: nobody finds the name by trying."""
    data = unicodedata.normalize("NFC", name).casefold().encode("utf-8", "surrogatepass")
    return hmac.new(office.space.key(), data, hashlib.sha256).hexdigest()[:_ALIAS]
