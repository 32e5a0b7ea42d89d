"""What the ledger has to say after each step, worked out naively from the words of the rules; for tests only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

Key: TypeAlias = tuple[str, str]
Cell: TypeAlias = str | None
Table: TypeAlias = dict[Key, dict[str, Cell]]
UNITS_OWN, FILLED_FOR_EVER, COMPUTED = {"progress", "proposal", "difficulty", "explanation"}, {"progress"}, {"status"}


def squeezed(value: object) -> Cell:
    return " ".join(unicodedata.normalize("NFC", str(value)).split()) or None if value is not None else None


@dataclass
class Oracle:
    now: Table = field(default_factory=dict)
    out: Table = field(default_factory=dict)
    waits: dict[tuple[Key, str], tuple[Cell, Cell, Cell]] = field(default_factory=dict)  # issued, in the register, sent

    def sends(self, unit: str, seen: Table | None, said: Table) -> bool:  # «»: the office; False: it empties too much
        news, filled = [], 0
        for key, name in [(key, name) for key, cells in said.items() for name in cells]:
            before = (self.now if seen is None else seen).get(key)
            if before is None or not (name in UNITS_OWN and key[1] == unit if unit else name not in COMPUTED):
                continue
            filled += before.get(name) is not None
            issued, there, sent = before.get(name), self.now.get(key, {}).get(name), squeezed(said[key][name])
            if sent == there or (seen is not None and sent == issued):
                continue
            if not (sent is None and unit and name in FILLED_FOR_EVER):
                news.append((key, name, issued if seen is not None else None, there, sent))
        if unit and (emptied := sum(sent is None for *_, sent in news)) >= 10 and emptied / filled > 0.3:
            return False
        for key, name, issued, there, sent in news:
            free = seen is not None and key in self.now and issued == there
            if (key, name) in self.waits and self.waits[key, name][2] == sent and (unit or not free):
                continue  # says again what waits for the office's choice
            if free:
                self.puts(key, name, sent)
            else:
                self.waits[key, name] = issued, there, sent
        return True

    def puts(self, key: Key, name: str, value: Cell) -> None:
        self.now[key][name] = value
        self.follow(key)

    def moves(self, key: Key, one: Table, other: Table) -> None:
        other[key] = one.pop(key)
        self.follow(key)

    def follow(self, key: Key) -> None:
        for cell in [cell for cell in self.waits if cell[0] == key]:
            self.waits[cell] = self.waits[cell][0], self.now.get(key, {}).get(cell[1]), self.waits[cell][2]
        self.waits = {cell: three for cell, three in self.waits.items() if three[1] != three[2]}
