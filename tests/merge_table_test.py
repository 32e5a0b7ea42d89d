"""The decision table of the merge: every pattern of a cell, every right, every standing; and every kind of row.

Three letters are the cell when issued, in the ledger now, and in the file; the same letter is the same value, «-» is an
empty cell. The numbers are the rules of practice/workbooks.md C.2.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from tdnv_sheets.merge.cell import Right, Rule, Side, Standing, Versions, right_of, rule_for
from tdnv_sheets.merge.rows import Counts, merge
from tdnv_sheets.records import Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.records import Value

SPEC: Final = assignment_spec()
KEY: Final = Key("NV-2026-00001", "cctl")

CELLS: Final = """
                 writes  fills  reads  gone
known     - - -    4       4      4     4      nobody ever wrote anything
known     b b b    4       4      4     4      nobody changed anything
known     - - t    5       5      8     18     filled for the first time
known     b b t    5       5      8     18     only the sender changed it
known     b b -    5       9      8     18     only the sender emptied it
known     - o -   23      23      4     4      only the ledger filled it
known     b o b   23      23      4     4      only the ledger changed it
known     b - b   23      23      4     4      only the ledger emptied it
known     - o o    6       6      6     6      both filled it alike
known     b o o    6       6      6     6      both changed it alike
known     b - -    6       6      6     6      both emptied it
known     - o t    7       7      8     18     both filled it differently
known     b o t    7       7      8     18     both changed it differently
known     b - t    7       7      8     18     changed here, emptied there
known     b o -    7       9      8     18     emptied here, changed there

added     - - -    4       4      4     4      new in the ledger, blank in both
added     - - t   14      14      8     18     new in the ledger, which is blank: joined
added     - o -    4       4      4     4      new in the ledger, blank in the file: joined
added     - o o    6       6      6     6      new in the ledger, the same in both
added     - o t    7       7      8     18     new in the ledger, something else in the file

removed   - - -    4       4      4     4      taken out, never filled
removed   b - b    4       4      4     4      taken out, and the sender changed nothing
removed   b - -    6       6      6     6      taken out, and the sender emptied it
removed   - - t   12      12      8     18     taken out, and the sender filled it
removed   b - t   12      12      8     18     taken out, and the sender changed it

unseen    - - -    6       6      6     6      blank in both, whatever was issued
unseen    - o o    6       6      6     6      the same in both, whatever was issued
unseen    - - t   24      24      8     18     nobody knows whether the sender changed it
unseen    - o -   24       9      8     18     nobody knows whether the sender emptied it
unseen    - o t   24      24      8     18     nobody knows who changed it
"""

RIGHTS: Final = """
           unit    office
office     reads   writes
unit       writes  writes
unit keep  fills   writes
computed   reads   reads
key        reads   reads
own column reads   writes
no column  gone    writes
"""


def cells() -> dict[tuple[str, str, str], str]:
    """Give (standing, pattern, right) → rule."""
    head, *lines = [line for line in CELLS.splitlines() if line.strip()]
    table = {}
    for line in lines:
        standing, *letters = line[:16].split()
        for right, rule in zip(head.split(), line[16:45].split(), strict=True):
            table[standing, " ".join(letters), right] = rule
    return table


def patterns() -> Iterator[str]:
    """Give every way in which three cells can be alike, different and empty, each once."""
    every = product((None, "x", "y", "z"), repeat=3)
    yield from {" ".join("-" if v is None else "bot"[values.index(v)] for v in values) for values in every}


EMPTY: Final = {Standing.KNOWN: "", Standing.ADDED: "base", Standing.REMOVED: "ours", Standing.UNSEEN: "base"}
"""The side on which there is nothing."""


def may_be(standing: Standing, pattern: str) -> bool:
    letters = dict(zip(("base", "ours", "theirs"), pattern.split(), strict=True))
    return letters.get(EMPTY[standing], "-") == "-"


def test_the_table_holds_every_pattern_of_a_cell() -> None:
    every = {
        (standing.value, pattern, right.value)
        for standing, pattern, right in product(Standing, patterns(), Right)
        if may_be(standing, pattern)
    }

    assert len(list(patterns())) == 15
    assert set(cells()) == every


def test_the_table_knows_every_rule_and_every_rule_stands_in_the_table() -> None:
    assert set(cells().values()) == {rule.value for rule in Rule}


@pytest.mark.parametrize(("row", "rule"), cells().items(), ids=lambda part: " ".join(part) if part else "")
def test_a_cell_is_decided_as_the_table_says(row: tuple[str, str, str], rule: str) -> None:
    standing, pattern, right = row
    words: dict[str, Value] = {"-": None, "b": "như lúc gửi", "o": "như trong sổ", "t": "như trong tệp"}
    versions = Versions(*(words[letter] for letter in pattern.split()))

    assert rule_for(versions, Right(right), Standing(standing)) == rule
    blank = Versions(*("  " if value is None else f"  {value}\u00a0" for value in versions))
    assert rule_for(blank, Right(right), Standing(standing)) == rule, "blanks make no difference"


def rights() -> dict[tuple[str, str], str]:
    """Give (whose column, side) → right."""
    head, *lines = [line for line in RIGHTS.splitlines() if line.strip()]
    table = {}
    for line in lines:
        for side, right in zip(head.split(), line[11:].split(), strict=True):
            table[line[:11].strip(), side] = right
    return table


def whose(name: str) -> str:
    spec = SPEC.by_name[name]
    return "unit keep" if spec.owner is Owner.UNIT and not spec.may_clear else spec.owner.value


def test_every_owner_and_every_field_has_its_right_on_either_side() -> None:
    table = rights()
    fields = {name: whose(name) for name in SPEC.by_name} | {"extra:Tổ": "own column", "old_column": "no column"}

    assert {line for line, _ in table} == set(fields.values()) >= {owner.value for owner in Owner}
    assert {side for _, side in table} == {side.value for side in Side}
    for name, line in fields.items():
        for side in Side:
            assert right_of(name, spec=SPEC, side=side) == table[line, side], (name, side)


# ------------------------------------------------------------------ rows

SAYS: Final[dict[str, tuple[str, Value, Value, Value]]] = {
    "conflict": ("proposal", "b", "o", "t"),
    "updated": ("difficulty", "b", "b", "t"),
    "ignored": ("note", "b", "b", "t"),
    "unchanged": ("explanation", "b", "b", "b"),
}
"""A row counts as the first of these that one of its cells is: field, issued, in the ledger, in the file."""


@pytest.mark.parametrize("chosen", [n for n in product((True, False), repeat=4) if any(n)])
def test_a_row_counts_as_the_first_thing_that_became_of_one_of_its_cells(chosen: tuple[bool, ...]) -> None:
    said = [kind for kind, is_there in zip(SAYS, chosen, strict=True) if is_there]
    base, ours, theirs = ({SAYS[kind][0]: SAYS[kind][part] for kind in said} for part in (1, 2, 3))
    sent = Submission("", "cctl", "", 1, (SubmittedRow(1, KEY, theirs),))

    outcome = merge(sent, {KEY: base}, {KEY: ours}, spec=SPEC, side=Side.UNIT)

    assert outcome.rows == Counts(**{said[0]: 1})
    assert outcome.cells == Counts(**dict.fromkeys(said, 1))


ROWS: Final = {
    # who sends, whose row, how often, at the base, in the ledger → what becomes of a row that says something new
    ("unit", "cctl", 1, True, True): "updated",
    ("unit", "cctl", 1, False, True): "updated",
    ("unit", "cctl", 1, True, False): "conflict",
    ("unit", "cctl", 1, False, False): "refused",
    ("unit", "cctl", 2, True, True): "refused",
    ("unit", "cctl", 2, False, True): "refused",
    ("unit", "cctl", 2, True, False): "refused",
    ("unit", "cctl", 2, False, False): "refused",
    ("unit", "cckl", 1, True, True): "refused",
    ("unit", "cckl", 1, False, True): "refused",
    ("unit", "cckl", 1, True, False): "refused",
    ("unit", "cckl", 1, False, False): "refused",
    ("unit", "cckl", 2, True, True): "refused",
    ("unit", "cckl", 2, False, True): "refused",
    ("unit", "cckl", 2, True, False): "refused",
    ("unit", "cckl", 2, False, False): "refused",
    ("office", "cctl", 1, True, True): "updated",
    ("office", "cctl", 1, False, True): "updated",
    ("office", "cctl", 1, True, False): "conflict",
    ("office", "cctl", 1, False, False): "refused",
    ("office", "cctl", 2, True, True): "refused",
    ("office", "cctl", 2, False, True): "refused",
    ("office", "cctl", 2, True, False): "refused",
    ("office", "cctl", 2, False, False): "refused",
    ("office", "cckl", 1, True, True): "updated",
    ("office", "cckl", 1, False, True): "updated",
    ("office", "cckl", 1, True, False): "conflict",
    ("office", "cckl", 1, False, False): "refused",
    ("office", "cckl", 2, True, True): "refused",
    ("office", "cckl", 2, False, True): "refused",
    ("office", "cckl", 2, True, False): "refused",
    ("office", "cckl", 2, False, False): "refused",
}


def test_the_table_of_rows_is_complete() -> None:
    every = set(product(("unit", "office"), ("cctl", "cckl"), (1, 2), (True, False), (True, False)))
    assert set(ROWS) == every


@pytest.mark.parametrize(("case", "kind"), ROWS.items(), ids=str)
def test_a_row_is_decided_as_the_table_says(case: tuple[str, str, int, bool, bool], kind: str) -> None:
    side, unit, often, at_base, in_ledger = case
    key = Key("NV-2026-00001", unit)
    rows = tuple(SubmittedRow(number, key, {"proposal": "t"}) for number in range(often))
    there: dict[Key, dict[str, Value]] = {key: {}}

    outcome = merge(
        Submission("", "cctl", "", 1, rows),
        there if at_base else {},
        there if in_ledger else {},
        spec=SPEC,
        side=Side(side),
    )

    assert outcome.rows == Counts(**{kind: often})
    assert bool(outcome.changes) == (kind == "updated")
    assert outcome.removed == ((key,) if kind == "conflict" else ())
