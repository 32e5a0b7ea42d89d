"""A redraw that draws only the rows that changed gives what the whole drawing gives; the long form: `python -m tests.standing`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.pipeline import drawn_before
from tdnv_sheets.pipeline.office import open_office
from tests.packages import parts, raw_parts
from tests.standing import MORE, Month, Step, live, live_many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import SmallOffice


@pytest.fixture
def month(office: SmallOffice) -> Iterator[Month]:
    """Give an office whose register was drawn once, and is remembered."""
    with open_office(office.space) as opened:
        month = Month(opened)
        month.compare("start", plain=False)
        yield month


def test_random_months_are_drawn_as_if_each_drawing_were_whole(office_template: Path) -> None:
    assert live_many(1, office_template) > 0


def test_reports_on_a_painted_folded_and_noted_register_are_drawn_row_by_row(office_template: Path) -> None:
    touches = ("own column", "own sheet", "paint", "heights", "note", "own formula", "widths")
    steps = [Step(kind, number) for number, kind in enumerate((*touches, "submit", "report", "own value", "decide"))]

    assert live(steps, office_template, arrays=True) >= 4


@pytest.mark.parametrize(
    "kinds", [MORE[:5], MORE[5:], ("own sheet", "paint", "saved")], ids=["ledger", "settings", "file"]
)
def test_what_is_more_than_values_is_drawn_whole(month: Month, kinds: tuple[str, ...]) -> None:
    for number, kind in enumerate(kinds):
        before = month.taken
        month.step(Step(kind, 2))  # it says itself that all was drawn
        assert month.taken == before
        if not month.filtered:
            month.step(Step("submit", number))

    assert month.taken >= 2


def test_a_filtered_register_is_drawn_whole_until_the_filter_is_gone(month: Month) -> None:
    month.step(Step("filter", 1))
    assert month.filtered
    month.step(Step("submit", 2))
    assert month.taken == 0

    month.step(Step("filter", 0))
    month.step(Step("submit", 3))

    assert (month.filtered, month.taken) == (False, 1)


@pytest.mark.parametrize("lost", ["gone", "cut short", "of another file", "of another version"])
def test_without_what_is_remembered_all_is_drawn(month: Month, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = month.office.space.hidden / drawn_before.FILE
    if lost == "gone":
        place.unlink()
    elif lost == "of another version":
        monkeypatch.setattr(drawn_before, "_FORMAT", 0)
    else:
        text = place.read_text(encoding="utf-8")
        place.write_text(
            text[:-40] if lost == "cut short" else text.replace('"file": "', '"file": "0'), encoding="utf-8"
        )

    assert month.drawn(0).rows is None
    assert month.drawn(0).rows == 0


def test_a_text_that_no_cell_shows_any_more_does_not_stay_in_the_file(month: Month) -> None:
    month.step(Step("own sheet", 0))
    for words in ("chuyện nói một lần", "chuyện khác", None):
        month.say("note", words)
        assert month.drawn(0).rows == 1

    found = parts(month.office.space.register.read_bytes())
    texts = re.findall(rb"<si>.*?</si>", found["xl/sharedStrings.xml"], re.DOTALL)
    called = {int(at) for data in found.values() for at in re.findall(rb't="s"><v>(\d+)<', data)}
    assert {text for at, text in enumerate(texts) if at not in called} <= {b"<si><t/></si>"}
    assert len(called) > 50


def test_where_no_row_changed_the_sheet_stays_as_its_compressed_bytes(month: Month) -> None:
    month.step(Step("own sheet", 0))
    before = raw_parts(month.office.space.register.read_bytes())

    assert month.drawn(0).rows == 0

    after = raw_parts(month.office.space.register.read_bytes())
    assert after["xl/worksheets/sheet2.xml"] == before["xl/worksheets/sheet2.xml"]
    assert before.keys() == after.keys()


def test_rows_on_which_a_note_of_ours_hangs_stay_with_their_cells_when_others_change(month: Month) -> None:
    for seed in range(3):
        month.step(Step("conflict", seed))
    taken = month.taken
    month.say("reporter", "Tổ theo dõi")
    month.compare("submit", plain=True)
    assert month.taken == taken + 1
