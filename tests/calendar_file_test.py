"""The office's own table of days: what clerks do to it in Excel, and what is said when it cannot be right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets import calendar
from tdnv_sheets.calendar_file import COLUMNS, OwnDays, open_calendar, read_own
from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings
from tdnv_sheets.messages.catalogue import LANGUAGES
from tdnv_sheets.pipeline.start import CALENDAR_HEADER

"""The first example beyond 2027 loads the holidays package."""
HEADER = "ngay,loai,ten,thay_cho,can_cu,nguon,trang_thai"
SWAP = (
    "2027-11-22,nghi_hoan_doi,Hoán đổi,2027-11-27,1/VPCP,,chinh_thuc",
    "2027-11-27,lam_bu,Làm bù,2027-11-22,1/VPCP,,chinh_thuc",
)


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "lich.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def problems(path: Path) -> list[tuple[int, str]]:
    return [(problem.row, problem.code) for problem in read_own(path).problems]


# ------------------------------------------------------------------ what it means


def test_the_office_table_overrides_the_calendar_of_record(tmp_path: Path) -> None:
    rows = (
        *SWAP,
        "2027-06-01,nghi_rieng,Nghỉ do bão,,,,tam_tinh",
        "2026-06-30,phien_hop,Phiên họp tháng 6,,,,",
        "2026-05-29,phien_hop,,,,,",
        ",,,,,,",
    )
    own = open_calendar(table(tmp_path, *rows))
    assert not own.is_working(date(2027, 11, 22))
    assert own.is_working(date(2027, 11, 27))
    assert not own.is_provisional(date(2027, 11, 27))
    assert own.name_of(date(2027, 6, 1)) == "Nghỉ do bão"
    assert own.is_provisional(date(2027, 6, 1))
    assert own.sessions == (date(2026, 5, 29), date(2026, 6, 30))
    assert own.is_working(date(2026, 6, 30))
    assert own.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 249
    listed = own.listed(date(2027, 11, 1), date(2027, 11, 30))
    assert [(day.day.day, day.partner and day.partner.day, day.origin) for day in listed] == [
        (22, 27, calendar.OFFICE),
        (24, None, calendar.OFFICIAL),
        (27, 22, calendar.OFFICE),
    ]


def test_a_session_stands_beside_what_else_its_day_is(tmp_path: Path) -> None:
    own = open_calendar(table(tmp_path, "2026-08-22,phien_hop,Họp,,,,"))
    assert [day.kind for day in own.listed(date(2026, 8, 22), date(2026, 8, 22))] == [calendar.WORKED, calendar.SESSION]
    assert own.is_working(date(2026, 8, 22))


def test_events_say_nothing_of_whether_offices_work_and_several_may_share_a_day(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "2026-09-02,ket_thuc_kiem_tra,Sở Nội vụ,,,,,",
        "2026-09-02,ket_thuc_kiem_tra,Sở Y tế,,,,,10/09/2026",
        "2026-09-03,phan_hoi,,,,,,",
        header=f"{HEADER},xong",
    )
    own = open_calendar(path)
    assert not own.is_working(date(2026, 9, 2))
    assert own.is_working(date(2026, 9, 3))
    assert [(day.day.day, day.kind, day.done) for day in own.happened] == [
        (2, calendar.INSPECTED, None),
        (2, calendar.INSPECTED, date(2026, 9, 10)),
        (3, calendar.FEEDBACK, None),
    ]
    assert [day.kind for day in own.listed(date(2026, 9, 3), date(2026, 9, 3))] == [calendar.FEEDBACK]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-06-30,phien_hop,Họp,,,,,2026-06-30", "nothing-to-do"),
        ("2026-06-30,phan_hoi,Xã A,,,,,2026-06-29", "done-before"),
        ("2026-06-30,phan_hoi,Xã A,,,,,chưa", "day"),
    ],
)
def test_a_day_of_completion_that_cannot_be_right_is_named_by_row(tmp_path: Path, row: str, code: str) -> None:
    own = read_own(table(tmp_path, row, header=f"{HEADER},xong"))
    assert [(problem.row, problem.code) for problem in own.problems] == [(2, code)]
    assert all(problem.words(lang) for problem in own.problems for lang in ("vi", "en"))


def test_an_override_reaches_years_that_are_computed(tmp_path: Path) -> None:
    own = open_calendar(table(tmp_path, "2030-06-03,nghi_rieng,Nghỉ do bão,,,,"))
    assert not own.is_working(date(2030, 6, 3))
    assert not own.is_provisional(date(2030, 6, 3))


def test_a_day_off_that_was_computed_can_be_made_an_ordinary_day(tmp_path: Path) -> None:
    assert not calendar.load(None).is_working(date(2029, 11, 26))
    own = open_calendar(table(tmp_path, "2029-11-26,ngay_thuong,Không nghỉ bù ngày 24/11,,,,"))
    assert own.is_working(date(2029, 11, 26))


def test_a_swap_that_was_taken_back_is_lifted_on_both_days(tmp_path: Path) -> None:
    both = ("2026-08-31,ngay_thuong,,,,,", "2026-08-22,ngay_thuong,,,,,")
    own = open_calendar(table(tmp_path, *both))
    assert own.is_working(date(2026, 8, 31))
    assert not own.is_working(date(2026, 8, 22))
    assert own.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 249
    assert problems(table(tmp_path, both[0])) == [(2, "half-lifted")]
    assert problems(table(tmp_path, both[1])) == [(2, "half-lifted")]


def test_half_a_swap_is_enough_where_the_calendar_of_record_has_the_other_half(tmp_path: Path) -> None:
    own = open_calendar(table(tmp_path, "2026-01-02,nghi_hoan_doi,Nghỉ,2026-01-10,,,"))
    assert [own.is_working(date(2026, 1, day)) for day in (2, 10)] == [False, True]


def test_the_sample_of_overrides_changes_nothing_that_is_shipped() -> None:
    sample = Path(__file__).parents[2] / "shared" / "data" / "calendar_overrides_sample.csv"
    if not sample.exists():
        pytest.skip("the collected samples are not beside this checkout")
    own = open_calendar(sample)
    assert [own.is_working(date(2026, 1, day)) for day in (2, 10)] == [False, True]
    assert own.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 249


# ------------------------------------------------------------------ what Excel makes of it


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_saved_again_by_excel_is_still_read(tmp_path: Path, encoding: str, sign: str, end: str) -> None:
    rows = (COLUMNS, ("05/03/2026", "nghi_rieng", "Nghỉ do bão", "", "", "", ""), ("",) * 7)
    path = tmp_path / "lich.csv"
    path.write_bytes("".join(sign.join(row) + end for row in rows).encode(encoding))
    assert open_calendar(path).name_of(date(2026, 3, 5)) == "Nghỉ do bão"


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-05",
        "05/03/2026",
        "5/3/2026",
        "5/3/26",
        "05-03-2026",
        "5.3.2026",
        "2026/03/05",
        "46086",
        "5/3/2026 0:00",
    ],
)
def test_every_way_in_which_excel_writes_a_day_is_read_day_first(tmp_path: Path, written: str) -> None:
    assert not open_calendar(table(tmp_path, f"{written},nghi_rieng,x,,,,")).is_working(date(2026, 3, 5))


@given(
    st.dates(date(2015, 1, 1), date(2060, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d"])
)
def test_every_day_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, day: date, form: str) -> None:
    path = table(tmp_path_factory.getbasetemp(), f"{day.strftime(form)},phien_hop,Họp,,,,")
    assert [special.day for special in read_own(path).days] == [day]


def test_captions_and_code_words_may_be_written_as_words(tmp_path: Path) -> None:
    header = "Ngày;Loại;Tên;Thay cho;Căn cứ;Nguồn;Trạng thái;;"
    rows = (
        "22/11/2027;Nghỉ hoán đổi;x;27/11/2027;;;Chính thức;;",
        "27/11/2027;LÀM BÙ;x;;;;Tạm tính;;",
        ";;;;;;;;",
        "30/06/2026;Phiên họp;;;;;;;",
    )
    own = read_own(table(tmp_path, "", *rows, header=f"sep=;\n{header}"))
    assert own.problems == ()
    assert [(day.kind, day.provisional) for day in own.days] == [
        (calendar.SWAPPED_OFF, False),
        (calendar.WORKED, True),
        (calendar.SESSION, False),
    ]


def test_a_name_with_a_comma_in_quotes_is_one_cell_and_without_them_is_named(tmp_path: Path) -> None:
    own = open_calendar(table(tmp_path, '2026-03-05,nghi_rieng,"Nghỉ do bão, lụt",,,,'))
    assert own.name_of(date(2026, 3, 5)) == "Nghỉ do bão, lụt"
    assert problems(table(tmp_path, "2026-03-05,nghi_rieng,Nghỉ do bão, lụt,,,,chinh_thuc")) == [
        (2, "cell-beyond"),
        (2, "day"),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", CALENDAR_HEADER])
def test_a_table_without_rows_is_the_calendar_of_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lich.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert open_calendar(path) == calendar.load(None)
    assert open_calendar(tmp_path / "none.csv") == calendar.load(None)


# ------------------------------------------------------------------ what cannot be right


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["2026-13-02,nghi_le,x,,,,"], [(2, "day")]),
        (["31/02/2026,nghi_le,x,,,,"], [(2, "day")]),
        ([",nghi_le,x,,,,"], [(2, "day-missing")]),
        (["2062-03-02,nghi_le,x,,,,", "1026-03-02,nghi_le,x,,,,"], [(2, "day-far"), (3, "day")]),
        (["2026-03-02,nghi,x,,,,"], [(2, "word")]),
        (["2026-03-02,nghi_le,x,,,,chắc"], [(2, "word")]),
        (["2026-03-02,nghi_le,x,hôm nọ,,,"], [(2, "day")]),
        (["2026-03-02,nghi_le,x,,,,", "", "02/03/2026,nghi_le,x,,,,"], [(4, "day-twice")]),
        (["2026-03-02,nghi_le,x,,,,", "2026-03-02,nghi_bu,x,,,,"], [(3, "contradiction")]),
        (["2026-03-02,phien_hop,x,,,,", "2026-03-02,phien_hop,y,,,,"], [(3, "day-twice")]),
        (["2026-03-02,phien_hop,x,,,,", "2026-03-02,nghi_rieng,y,,,,"], []),
        (["2026-03-07,nghi_rieng,x,,,,"], [(2, "off-already")]),
        (["2026-03-08,nghi_bu,x,,,,"], [(2, "off-already")]),
        (["2026-03-08,nghi_le,x,,,,"], []),  # a holiday may be a Sunday
        (["2026-08-22,nghi_rieng,x,,,,"], []),  # a Saturday that is worked may be off
        (["2026-03-02,ngay_thuong,x,,,,"], [(2, "nothing-to-lift")]),
        # Swaps: each half needs the other, exactly one, near, and both have to say the same.
        (["2026-03-02,nghi_hoan_doi,x,,,,"], [(2, "swap-alone")]),
        (["2026-03-07,lam_bu,x,2026-03-02,,,"], [(2, "swap-alone")]),
        (["2026-03-07,lam_bu,x,,,,", "2026-03-02,nghi_hoan_doi,x,2026-03-07,,,"], []),
        (["2026-03-07,lam_bu,x,2026-03-02,,,", "2026-03-02,nghi_hoan_doi,x,,,,"], []),
        (["2026-03-07,lam_bu,x,,,,", "2026-03-02,nghi_hoan_doi,x,,,,"], [(2, "swap-alone"), (3, "swap-alone")]),
        (
            [
                "2026-03-02,nghi_hoan_doi,x,,,,",
                "2026-03-07,lam_bu,x,2026-03-02,,,",
                "2026-03-14,lam_bu,x,2026-03-02,,,",
            ],
            [(2, "swap-many")],
        ),
        (["2026-03-02,nghi_hoan_doi,x,2026-03-14,,,", "2026-03-07,lam_bu,x,2026-03-02,,,"], [(2, "swap-differs")]),
        (["2026-03-02,nghi_hoan_doi,x,2027-03-06,,,", "2027-03-06,lam_bu,x,2026-03-02,,,"], [(2, "swap-far")]),
        (["2026-09-02,nghi_hoan_doi,x,2026-09-05,,,", "2026-09-05,lam_bu,x,2026-09-02,,,"], [(2, "swapped-holiday")]),
        (["2026-03-03,nghi_hoan_doi,x,2026-03-02,,,", "2026-03-02,lam_bu,x,2026-03-03,,,"], [(3, "not-a-weekend")]),
        (
            ["2026-04-27,nghi_hoan_doi,x,2026-04-26,,,", "2026-04-26,lam_bu,x,,,,"],
            [(2, "swapped-holiday"), (3, "works-on-holiday")],
        ),
        # A row that cannot be read may be the missing half.
        (["2026-03-02,nghi_hoan_doi,x,2026-03-07,,,", "7 tháng ba,lam_bu,x,2026-03-02,,,"], [(3, "day")]),
        (["2026-03-02,nghi_hoan_doi,x,,,,", "hôm qua,nghi_le,x,,,,"], [(2, "swap-alone"), (3, "day")]),
    ],
)
def test_what_cannot_be_right_is_named_by_row(tmp_path: Path, rows: list[str], found: list[tuple[int, str]]) -> None:
    path = table(tmp_path, *rows)
    assert problems(path) == found
    for problem in read_own(path).problems:
        for lang in LANGUAGES:
            words = problem.words(lang)
            assert words.startswith(f"{'dòng' if lang == 'vi' else 'line'} {problem.row}")
            assert "{" not in words


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("ngay,loai,ten,ghi_chu", ["unknown-column"]),
        ("ngay,ten", ["column-not-once"]),
        ("ngay,ngay,ghi chú", ["unknown-column", "column-not-once", "column-not-once"]),
        ("ngày,loại,,", ["unknown-column"]),
    ],
)
def test_a_broken_header_is_refused(tmp_path: Path, header: str, found: list[str]) -> None:
    assert problems(table(tmp_path, "2026-03-02,nghi_le,x", header=header)) == [(1, code) for code in found]


def test_a_file_that_excel_wrote_month_first_is_not_taken_for_day_first(tmp_path: Path) -> None:
    """Excel with American settings turned 2026-04-03 and 2026-04-29 into these; only the second shows it."""
    path = table(tmp_path, "4/3/2026,nghi_rieng,x,,,,", "4/29/2026,phien_hop,x,,,,", "4/4/2026,lam_bu,x,4/3/2026,,,")
    assert problems(path) == [(3, "month-first")]
    assert "29/04/2026" in read_own(path).problems[0].words("vi")


def test_a_swap_that_excel_wrote_month_first_is_caught_by_its_weekdays(tmp_path: Path) -> None:
    rows = ("1/2/2026,nghi_hoan_doi,x,1/10/2026,,,", "1/10/2026,lam_bu,x,1/2/2026,,,")
    assert {code for _, code in problems(table(tmp_path, *rows))} >= {"off-already", "not-a-weekend"}


def test_all_that_is_wrong_is_said_at_once_and_nothing_of_the_table_is_used(tmp_path: Path) -> None:
    path = table(tmp_path, "2026-03-02,lam_bu,x,,,,", "mai,nghi_le,x,,,,", "2026-03-05,nghi,x,,,,chắc")
    with pytest.raises(BadOfficeFile) as caught:
        open_calendar(path)
    assert caught.value.code == "calendar-problems"
    assert caught.value.values["count"] == "4"
    lines = caught.value.values["problems_vi"].splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "  – dòng 2",
        "  – dòng 3, cột «ngay»",
        "  – dòng 4, cột «loai»",
        "  – dòng 4, cột «trang_thai»",
    ]


def test_what_a_person_should_look_at_stops_nothing(tmp_path: Path) -> None:
    own = read_own(table(tmp_path, "2026-06-28,phien_hop,Họp,,,,", "2026-03-05,nghi_rieng,Ngh? do b?o,,,,"))
    assert own.problems == ()
    assert [(note.row, note.code) for note in own.notes] == [(2, "session-on-day-off"), (3, "letters-lost")]
    assert read_own(table(tmp_path, "2026-03-05,nghi_rieng,Nghỉ bù (?),,,,")).notes == ()


CELLS = st.one_of(
    st.sampled_from(
        [*calendar.KINDS, *COLUMNS, "2026-01-02", "10/1/2026", "1/29/26", "46086", "0/0/0000", "tam_tinh", ""]
    ),
    st.text(max_size=8),
)


def read_or_refused(path: Path) -> OwnDays | str:
    try:
        return read_own(path)
    except BadOfficeFile as refused:
        return refused.code


@given(
    st.sampled_from([[], [list(COLUMNS)]]),
    st.lists(st.lists(CELLS, max_size=9), max_size=6),
    st.sampled_from(",;\t"),
)
def test_whatever_stands_in_a_table_is_said_by_row_and_never_breaks_the_program(
    tmp_path_factory: pytest.TempPathFactory, head: list[list[str]], rows: list[list[str]], sign: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes("\n".join(map(sign.join, head + rows)).encode("utf-8", "surrogatepass"))
    own = read_or_refused(path)
    if isinstance(own, str):
        assert own in {"csv-not-utf-8", "broken-line"}
        return
    assert [problem.row for problem in own.problems] == sorted(problem.row for problem in own.problems)
    assert all(problem.words(lang) for problem in own.problems for lang in LANGUAGES)
    if not own.problems:
        days = [special.day for special in own.days if special.kind != calendar.SESSION]
        assert len(set(days)) == len(days)
        sessions = sorted(special.day for special in own.days if special.kind == calendar.SESSION)
        assert list(open_calendar(path).sessions) == sessions


# ------------------------------------------------------------------ files that are no table


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (HEADER.encode() + b"\n2026-03-02,nghi_le,T\xeat,,,,\n", "csv-not-utf-8", 2),
        (HEADER.encode("utf-16-le"), "csv-not-utf-8", 1),
        (HEADER.encode() + b'\n2026-03-02,nghi_le,"x,,,,\n', "broken-line", 2),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_row(tmp_path: Path, data: bytes, code: str, row: int) -> None:
    path = tmp_path / "lich.csv"
    path.write_bytes(data)
    with pytest.raises(BadOfficeFile) as caught:
        open_calendar(path)
    assert (caught.value.code, caught.value.values["row"]) == (code, str(row))


def test_a_table_that_the_disk_does_not_give_is_said(tmp_path: Path) -> None:
    with pytest.raises(BrokenSurroundings, match="cannot-read"):
        open_calendar(tmp_path)
