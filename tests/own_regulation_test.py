"""An office writes its own regulation: the page shows how, the check names every line, and the program runs under it."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets import regulation
from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.officetoml import key_lines
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.issue import issue
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.redraw import redraw
from tdnv_sheets.pipeline.regulations import as_json, as_lines, problems_of
from tdnv_sheets.pipeline.report import figures
from tdnv_sheets.pipeline.start import Start, init
from tdnv_sheets.regulation.keys import ALWAYS, HEAD, SWITCHES, TABLES
from tdnv_sheets.shipped import packaged, shipped
from tests.conftest import enter, run

if TYPE_CHECKING:
    from pathlib import Path

PAGE = shipped("docs", "regulations.md").read_text(encoding="utf-8")
EXAMPLE, AMENDMENT = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
UNITS = "code,name\nPTC,Phòng Tài chính\nPVH,Phòng Văn hóa\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "quy-che-cua-toi.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# ------------------------------------------------------------------ the page


def test_the_example_of_the_page_is_good(own: Path) -> None:
    assert problems_of(own, "vi") == []
    assert regulation.read(own).unit_due(parse_period("2026-Q1")) == date(2026, 3, 20)


def test_the_amendment_of_the_page_holds_for_what_is_issued_from_its_day_on(own: Path) -> None:
    own.write_text(EXAMPLE + AMENDMENT, encoding="utf-8")
    assert problems_of(own, "vi") == []
    rules = regulation.read(own)
    limits = [rules.limit("office-entry", "ordinary", day) for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [limit and limit.working_days for limit in limits] == [2, 1]


def test_the_page_names_every_table_key_and_word() -> None:
    words = {key for keys in (HEAD, *TABLES.values()) for key in keys}
    words |= {choice for keys in TABLES.values() for key in keys.values() for choice in key.choices}
    words |= {answer for answers in SWITCHES.values() for answer in answers if isinstance(answer, str)}
    words -= {*ALWAYS, "article"}
    assert {word for word in words if f"`{word}`" not in PAGE and word not in EXAMPLE} == set()
    assert "`article`" in PAGE
    assert all(f'name = "{name}"' in EXAMPLE for name in ALWAYS)


# ------------------------------------------------------------------ the check


def test_everything_that_is_wrong_is_said_at_once_by_line(own: Path) -> None:
    text = (
        EXAMPLE.replace('office = "Văn', 'ofice = "Văn')
        .replace("since = 2026-01-15", "since = 2026-02-30")
        .replace("working_days = 2", 'working_days = "2"')
        .replace('kind = "quarter"', 'kind = "week"')
        .replace('article = "Điều 9.1"\n', "")
        .replace('value = "next"', 'value = "before"', 1)
    )
    own.write_text(text, encoding="utf-8")
    needs_article = "chưa ghi điều khoản: khóa «article», như «Điều 6.1b». Giá trị nào cũng phải có điều khoản."
    head = "title, issuer, office, number, since, state_vi, state_en"
    expected = [
        ("[regulation]", "bảng «regulation» này thiếu khóa «office»."),
        ("ofice", f"bảng «regulation» không có khóa nào tên là «ofice». Chỉ dùng: {head}."),
        ("since = ", "khóa «since»: không có ngày 2026-02-30."),
        ("working_days", "khóa «working_days» đang ghi «2», nhưng phải là số nguyên, không đặt trong dấu nháy."),
        ("[[report]]", f"bảng «report» này {needs_article}"),
        ("kind = ", "khóa «kind» không dùng được «week». Chỉ ghi một trong: month, quarter, half, year."),
        ('"before"\narticle', "khóa «value» không dùng được «before». Chỉ ghi một trong: next, previous, none."),
    ]
    assert problems_of(own, "vi") == [f"dòng {line_of(text, part)}: {told}" for part, told in expected]
    with pytest.raises(BadOfficeFile) as caught:
        regulation.read(own)
    assert caught.value.values["problems_en"].count("- line ") == 7


BEFORE_DAY = '[[switch]]\nname = "before_day"\nvalue = "exclusive"\narticle = "Điều 9"\nvi = "x"\n'
BROKEN = [
    ("[[limit]]", "[[limits]]", "unknown-table", "[[limits]]"),
    ("[regulation]", "[regel]", "head-missing", None),
    ("[regulation]", "session = 3\n[regulation]", "not-a-table", "session = 3"),
    ('topic = "assigner"', 'topic = "asigner"', "unknown-choice", "topic ="),
    ("working_days = 2", "working_days = 300", "out-of-range", "working_days ="),
    ("working_days = 2", "working_days = true", "wrong-type", "working_days ="),
    ("since = 2026-01-15", 'since = "2026-01-15"', "day-in-quotes", "since ="),
    ("since = 2026-01-15", "since = 2026", "wrong-type", "since ="),
    ('article = "Điều 6.1"', 'article = " "', "missing-article", 'article = " "'),
    ('to = "Văn phòng"', 'to = ""', "empty", 'to = ""'),
    ("month = 3\n", "", "needs-other", "day = 20"),
    ("month = 3\n", "month = 4\n", "out-of-range", "month ="),
    ('kind = "quarter"\nmonth = 3\nday = 20', 'kind = "quarter"\nmonth = 2\nday = 30', "no-such-day", "day = 30"),
    ('kind = "quarter"\n', 'kind = "quarter"\npart = 5\n', "out-of-range", "part ="),
    ('article = "Điều 6.1"', 'article = "Điều 6.1"\nuntil = 2026-01-01', "until-before-since", "until ="),
    ('article = "Điều 6.1"', 'article = "Điều 6.1"\nsince = 2025-12-31', "before-the-regulation", "since = 2025"),
    ("[[switch]]", '[[clause]]\ntopic = "status"\nkey = "1"\narticle = "Điều 1"\nvi = "x"\nnames = ["late"]\n[[switch]]', "unknown-choice", "names ="),
    ("[[switch]]", '[[clause]]\ntopic = "field"\nkey = "a"\narticle = "Điều 1"\nvi = "x"\nnames = [1]\n[[switch]]', "wrong-type", "names ="),
    ("[[switch]]", BEFORE_DAY + BEFORE_DAY.replace("vi =", "since = 2026-07-01\nvi =") + "[[switch]]", "answered-again", None),
    ("[[switch]]", '[[weekly]]\nwho = "unit"\nweekday = "thursday"\narticle = "Điều 1"\nto = "x"\n[[switch]]', "missing-key", "[[weekly]]"),
    ('topic = "assigner"', 'topic = "scope"', "missing-assigner", None),
    ('name = "cut_off"', 'name = "report_roll"', "twice", None),
    ("day = 20\n", 'day = 20\nwording = "before"\n', "missing-switch", None),
    ('case = "ordinary"', 'case = "urgent"', "missing-switch", None),
    ('trigger = "issued"', 'trigger = "unstated"', "missing-switch", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "at"), BROKEN)
def test_each_mistake_is_named_with_its_line(own: Path, old: str, new: str, code: str, at: str | None) -> None:
    text = EXAMPLE.replace(old, new, 1)
    assert text != EXAMPLE
    own.write_text(text, encoding="utf-8")
    told = problems_of(own, "en")
    heads = {
        "unknown-table": "there is no table", "head-missing": "the table [regulation]", "not-a-table": "has to be a table",
        "unknown-choice": "Write one of", "out-of-range": "it has to be from", "wrong-type": "it has to be",
        "day-in-quotes": "remove the quotes", "missing-article": "names no article", "empty": "is empty",
        "needs-other": "beside it", "no-such-day": "there is no day", "until-before-since": "comes before the first",
        "before-the-regulation": "whole regulation", "missing-key": "lacks the key", "missing-assigner": "nobody is named",
        "twice": "stands above", "missing-switch": "is not answered", "answered-again": "once only",
    }  # fmt: skip
    assert any(heads[code] in line for line in told), told
    if at is not None:
        assert any(line.startswith(f"line {line_of(text, at)}: ") and heads[code] in line for line in told), told


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (EXAMPLE.encode("utf-16"), "settings-utf-16"),
        (EXAMPLE.encode("utf-8").replace("Điều".encode(), b"\xd0i\xeau"), "settings-not-utf-8"),
        (EXAMPLE.replace("working_days = 2", "working_days = hai").encode(), "settings-line"),
        (EXAMPLE.replace("working_days = 2", "working_days = 2\nworking_days = 3").encode(), "setting-twice"),
    ],
)
def test_a_file_that_is_no_toml_is_told_the_line(own: Path, data: bytes, code: str) -> None:
    own.write_bytes(data)
    with pytest.raises(BadOfficeFile) as caught:
        problems_of(own, "vi")
    assert caught.value.code == code


def test_a_file_saved_by_notepad_with_a_mark_in_front_is_read(own: Path) -> None:
    own.write_bytes(EXAMPLE.replace("\n", "\r\n").encode("utf-8-sig"))
    assert problems_of(own, "vi") == []


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_the_line_of_every_key_is_found(regulation_id: str) -> None:
    text = packaged("regulations", f"{regulation_id}.toml").read_text(encoding="utf-8")
    lines, rows = key_lines(text), text.split("\n")
    for table, value in tomllib.loads(text).items():
        for number, entry in enumerate(value if isinstance(value, list) else [value]):
            place = (table, number) if isinstance(value, list) else (table,)
            assert rows[lines[place] - 1].strip("[]") == table
            assert all(rows[lines[*place, key] - 1].startswith(f"{key} = ") for key in entry)


TEXTS = st.text(st.sampled_from("ab\"\\#[]{}=\n' "), max_size=12)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_text_makes_the_lines_of_later_keys_go_astray(texts: list[str]) -> None:
    values = [json.dumps(text) for text in texts]
    arrays = [f'["""\n[[x]]\ny = 1""", # ]\n{value}]' for value in values]
    written = [f"k{n} = {(value, array)[n % 2]}" for n, (value, array) in enumerate(zip(values, arrays, strict=True))]
    text = "[t]\n" + "\n".join(written) + "\n[[t2]]\nlast = 1\n"
    raw: dict[str, Any] = tomllib.loads(text)
    lines, rows = key_lines(text), text.split("\n")
    assert all(rows[lines["t", key] - 1].startswith(f"{key} = ") for key in raw["t"])
    assert rows[lines["t2", 0, "last"] - 1] == "last = 1"
    assert {place[0] for place in lines} == {"t", "t2"}


# ------------------------------------------------------------------ the commands


def test_the_commands_list_show_and_check(own: Path) -> None:
    listed = json.loads(run("regulation", "list", "--format", "json").out)
    assert [item["id"] for item in listed] == list(regulation.available())
    good = run("regulation", "check", own)
    assert (good.code, good.out) == (0, "")
    own.write_text(EXAMPLE.replace("working_days = 2", "working_days = -1"), encoding="utf-8")
    bad = run("regulation", "check", own)
    assert bad.code == 4
    assert bad.out.startswith("dòng 20: khóa «working_days»")
    assert run("regulation", "show", "atlantis-1999").code == 2


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("regulation_id", regulation.available())
def test_a_regulation_is_shown_with_every_value_and_its_article(regulation_id: str, lang: str) -> None:
    rules = regulation.load(regulation_id)
    text = "\n".join(as_lines(rules, lang))
    values = list(rules.provisions())
    assert text.count("[Điều ") + text.count("[Quyết định, Điều ") == len(values)
    assert all(f"[{value.article}]" in text for _, value in values)
    assert all(value.note[lang] in text for _, value in values)
    shape = as_json(rules)
    assert len(json.loads(json.dumps(shape))["values"]) == len(values)


def test_a_regulation_that_is_not_there_or_names_a_field_that_is_none_stops_before_a_folder_is_made(
    own: Path, tmp_path: Path
) -> None:
    gone = run("init", tmp_path / "vp", "--regulation", tmp_path / "khong-co.toml")
    assert (gone.code, "khong-co.toml" in gone.err) == (2, True)
    clause = '[[clause]]\ntopic = "field"\nkey = "a"\narticle = "Điều 5"\nvi = "Số"\nnames = ["number"]\n'
    own.write_text(EXAMPLE + clause, encoding="utf-8")
    wrong = run("init", tmp_path / "vp", "--regulation", own)
    assert (wrong.code, "- dòng 8" in wrong.err, "«number»" in wrong.err) == (4, True, True)
    assert not (tmp_path / "vp").exists()


# ------------------------------------------------------------------ an office under each regulation


@pytest.mark.parametrize("name", [*regulation.available(), "quy-che-cua-toi.toml"])
def test_an_office_works_under_each_regulation(
    name: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    units = tmp_path / "don-vi.csv"
    units.write_text(UNITS, encoding="utf-8")
    moment = Moment(date(2026, 6, 10), datetime(2026, 6, 10, 8, 0, 0))  # noqa: DTZ001 - the clock on the office's wall
    made, _ = init(tmp_path / "vp", Start(name, units=units), moment)
    own.unlink()
    space = find(made.root)
    enter(
        space,
        [(("PTC",), {"task_content": "Lập báo cáo", "deadline": date(2026, 6, 5), "document_date": date(2026, 6, 1)})],
    )
    with open_office(space) as office:
        period = parse_period("2026-Q2")
        (issued,) = issue(office, period, moment, units=("PTC",)).files
        redraw(office, as_of=moment.as_of, now=moment.now, read=file_digest(space.register))
        summary = figures(office, period, None, today=moment.as_of)
        rules = office.regulation
    assert rules.title == regulation.load(name, space.root).title
    assert summary.total.open_overdue == 1
    assert all(check.ok for check in summary.checks)
    guide, register = words_of(issued.path), words_of(space.register)
    due = rules.unit_due(period)
    assert rules.title in guide
    assert due is None or f"{due:%d/%m/%Y}" in guide
    assert all(f">{name}<" in register for name in rules.assigners(moment.as_of))
    articles = {f"Căn cứ: {article}." for article in rules.articles_of_fields(moment.as_of).values()}
    assert set(re.findall(r"Căn cứ: Điều [\w.]+\.", register)) == articles


def test_last_years_report_stays_as_it_was_when_the_regulation_is_amended(own: Path, tmp_path: Path) -> None:
    units = tmp_path / "don-vi.csv"
    units.write_text(UNITS, encoding="utf-8")
    moment = Moment(date(2026, 6, 10), datetime(2026, 6, 10, 8, 0, 0))  # noqa: DTZ001 - the clock on the office's wall
    made, _ = init(tmp_path / "vp", Start(str(own), units=units), moment)
    tasks: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for year in (2026, 2027):
        given, due = date(year, 3, 3), date(year, 5, 15)
        for done, decision in ((date(year, 5, 14), None), (date(year, 5, 18), None), (date(year, 5, 14), "confirmed")):
            fields = {"task_content": "Việc", "document_date": given, "assigned_date": given, "deadline": due}
            fields |= {"progress": "done", "completed_date": done, "decision": decision}
            tasks.append((("PTC",), fields | {"decision_date": decision and done}))
    enter(find(made.root), tasks)

    def reports() -> list[tuple[str, bytes, dict[str, int]]]:
        found = []
        for year, day in (("2026", "2026-12-31"), ("2027-H1", "2027-06-10")):
            options = ("-C", made.root, "--as-of", day, "summary", "--period", year)
            paper = tmp_path / f"{year}.xlsx"
            assert run(*options, "-o", paper).code == 0
            total = run(*options, "--format", "json").json["total"]
            found.append((year, paper.read_bytes(), {name: count for name, count in total.items() if count}))
        return found

    last_year, this_year = reports()
    assert (last_year[2]["awaiting"], this_year[2]["awaiting"], this_year[2]["total"]) == (2, 4, 5)
    amended = made.root / own.name
    more = """
[[switch]]
name = "confirmation"
value = false
article = "Điều 9.1"
since = 2027-01-01
vi = "Từ 01/01/2027 không chờ Văn phòng xác nhận."
"""
    amended.write_text(amended.read_text(encoding="utf-8") + more, encoding="utf-8")

    later = reports()

    assert later[0] == last_year
    # What began last year still waits for the office; this year's work counts as it was reported.
    assert {name: later[1][2].get(name) for name in ("awaiting", "completed_on_time", "completed_late")} == {
        "awaiting": 2,
        "completed_on_time": 2,
        "completed_late": 1,
    }
    assert later[1][1] != this_year[1]


def words_of(path: Path) -> str:
    """All parts of a workbook in one text."""
    with zipfile.ZipFile(path) as package:
        return "\n".join(package.read(name).decode("utf-8") for name in package.namelist() if name.endswith(".xml"))
