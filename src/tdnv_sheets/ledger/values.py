"""How values lie in the ledger: JSON, with days as `{"day": "2026-06-15"}` so that they never turn into text."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value


def dump(value: Value) -> str:
    """Write one value."""
    return json.dumps(_plain(value), ensure_ascii=False)


def load(text: str) -> Value:
    """Read one value."""
    return _value(json.loads(text))


def dump_fields(fields: Mapping[str, Value]) -> str:
    """Write fields, empty ones left out, names sorted."""
    plain = {name: _plain(value) for name, value in sorted(fields.items()) if value is not None}
    return json.dumps(plain, ensure_ascii=False)


def load_fields(text: str) -> dict[str, Value]:
    """Read fields."""
    return {name: _value(value) for name, value in json.loads(text).items()}


def fingerprint(value: Value) -> str:
    """Digest a value, to see later whether it still is the one that was shown (12 hex digits)."""
    return hashlib.sha256(dump(value).encode()).hexdigest()[:12]


def _plain(value: Value) -> object:
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _value(plain: Any) -> Value:  # noqa: ANN401 - what json.loads gives
    if isinstance(plain, dict):
        return date.fromisoformat(plain["day"])
    value: Value = plain
    return value
