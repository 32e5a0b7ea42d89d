"""How values lie in the ledger: JSON, with days as `{"day": "2026-06-15"}` so that they never turn into text."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value


def _day(value: date) -> dict[str, str]:
    return {"day": value.isoformat()}


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=_day)
_DECODER: Final = json.JSONDecoder()
_quoted: Final = json.encoder.encode_basestring
"""Writes a text as the encoder does; nearly all values are texts, and the encoder makes itself ready for each call."""

REPEATED: Final = 40
"""Characters up to which a text is probably a name or a choice, and not a sentence that stands in one row only."""


def dump(value: Value) -> str:
    """Write one value."""
    if type(value) is str:
        return _quoted(value)
    if value is None:
        return "null"
    return _written(value) if type(value) is date else _ENCODER.encode(value)


@lru_cache(1024)
def _written(day: date) -> str:
    return _ENCODER.encode(day)


def load(text: str) -> Value:
    """Read one value."""
    return _value(_plain(text))


def dump_fields(fields: Mapping[str, Value]) -> str:
    """Write fields, empty ones left out, names sorted."""
    filled = [
        f"{_quoted(name)}: {_quoted(value) if type(value) is str else dump(value)}"
        for name, value in sorted(fields.items())
        if value is not None
    ]
    return f"{{{', '.join(filled)}}}"


def load_fields(text: str) -> dict[str, Value]:
    """Read fields."""
    plain = _plain(text)
    if not isinstance(plain, dict):
        raise ValueError(text)  # noqa: TRY004 - a damaged ledger is meant, not a wrong call
    return {intern(name): _shared(value) for name, value in plain.items()}


def _shared(plain: Any) -> Value:  # noqa: ANN401 - what json.loads gives
    """Give a value of which the whole ledger keeps one: names, kinds and choices repeat in most rows, days in many."""
    if type(plain) is str:
        return intern(plain) if len(plain) <= REPEATED else plain
    return _value(plain) if type(plain) is dict else plain


@lru_cache(8192)
def _read_day(text: str) -> date:
    return date.fromisoformat(text)


def fingerprint(value: Value) -> str:
    """Digest a value, to see later whether it still is the one that was shown (12 hex digits)."""
    return hashlib.sha256(dump(value).encode()).hexdigest()[:12]


def _plain(text: object) -> Any:  # noqa: ANN401 - what json.loads gives
    """Read JSON; a damaged file may hold anything in the place of a text."""
    if not isinstance(text, str):
        raise ValueError(text)  # noqa: TRY004 - a damaged ledger is meant, not a wrong call
    value, end = _DECODER.raw_decode(text)
    return value if end == len(text) else json.loads(text)  # which says what is wrong


def _value(plain: Any) -> Value:  # noqa: ANN401 - what json.loads gives
    if isinstance(plain, dict):
        return _read_day(str(plain.get("day")))
    if isinstance(plain, list):
        raise ValueError(plain)  # noqa: TRY004 - as above
    value: Value = plain
    return value
