"""Reading declarations in TOML strictly: every complaint names the file, the place and the key."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from tdnv_sheets.errors import BrokenDeclaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_T = TypeVar("_T")


class Table:
    """One TOML table that knows where it stands, such as `limit 2: `."""

    def __init__(self, path: Path, place: str, raw: dict[str, Any]) -> None:
        self._path, self._place, self._raw = path, place, raw
        self._taken: set[str] = set()

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """Give a value of exactly the type *kind* (a bool is no number); without default the key has to be there."""
        self._taken.add(key)
        value: Any = self._raw.get(key, default)
        if type(value) is not kind:
            raise self.broken(key, f"{value!r} is not of type {kind.__name__}" if key in self._raw else "is missing")
        result: _T = value
        return result

    def text(self, key: str) -> str:
        """Give a text that is not empty."""
        text = self.take(key, str)
        return text or self._refuse(key, text)

    def whole(self, key: str, low: int, high: int) -> int:
        """Give a number from *low* to *high*."""
        number = self.take(key, int)
        return number if low <= number <= high else self._refuse(key, number)

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """Give one of the words in *allowed*."""
        word = self.take(key, str)
        return word if word in allowed else self._refuse(key, word)

    def words(self, prefix: str, default: str | None = None) -> Mapping[str, str]:
        """Give the texts `<prefix>vi` and `<prefix>en` by language."""
        return MappingProxyType({lang: self.take(prefix + lang, str, default) for lang in ("vi", "en")})

    def tables(self, key: str) -> list[Table]:
        """Give the tables under *key*, one or many, none when it is absent."""
        self._taken.add(key)
        value = self._raw.get(key, [])
        if isinstance(value, dict):
            return [Table(self._path, f"{key}.", value)]
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.broken(key, "is not a table")
        return [Table(self._path, f"{key} {number}: ", entry) for number, entry in enumerate(value, 1)]

    def finish(self) -> None:
        """Refuse keys that nobody asked for: they are spelling mistakes."""
        for key in sorted(self._raw.keys() - self._taken):
            raise self.broken(key, "no such key")

    def broken(self, key: str, problem: str) -> BrokenDeclaration:
        """Make the exception that names *key* and its place."""
        return BrokenDeclaration(self._path, f"{self._place}{key}", problem)

    def _refuse(self, key: str, value: object) -> NoReturn:
        raise self.broken(key, f"{value!r} cannot stand here")
