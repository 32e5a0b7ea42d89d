"""Measure drawing against plain XlsxWriter, cell by cell, and against openpyxl: time, memory, growth.

    uv run python -m benchmarks.draw [--small 10000] [--large 100000] [--without-openpyxl]

Two subjects, each drawn in a process of its own. «register» is the whole master register, all its sheets, of a ledger
of so many assignments, alive with its formulas; the others only have to write the values of «Nhiệm vụ», with its
table, drop-downs and colours.
«sheet» is a table of 30 columns through the same renderer, five of them formulas, written alike by all three.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tdnv_sheets import calendar
from tdnv_sheets.grid import letters
from tdnv_sheets.records import Assignment, Key, Unit, Value
from tdnv_sheets.regulation.read import load
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area, open_book, put_carriers
from tdnv_sheets.render.live import Live, Rule
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.register_rows import columns
from tdnv_sheets.render.rows import Formula
from tdnv_sheets.render.shown import shown
from tdnv_sheets.render.view import RegisterView, Row
from tdnv_sheets.rules.status import judge
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tdnv_sheets.regulation import Regulation

AS_OF = date(2026, 6, 19)
UNITS = tuple(Unit(f"dv{number:02}", f"Phòng chuyên môn số {number}, Sở Nông nghiệp") for number in range(40))
PLAIN_AIM, OPENPYXL_AIM, GROWTH_AIM, MEMORY_AIM = 0.45, 0.25, 1.2, 1024
WAYS = ("ours", "xlsxwriter", "openpyxl")
COLUMNS, FORMULAS = 30, 5


# ------------------------------------------------------------------ what is drawn


def assignment(number: int) -> Assignment:
    """Give an assignment as a ledger holds them: two thirds of the columns filled, most texts unlike any other."""
    day = AS_OF - timedelta(days=number % 400)
    what = f"nội dung {number} về phòng, chống thiên tai và tìm kiếm cứu nạn trên địa bàn tỉnh"
    fields: dict[str, Value] = {
        "document_number": f"{number}/UBND-NNTN",
        "document_type": "Công văn",
        "document_date": day,
        "document_summary": f"V/v tăng cường {what}",
        "issuing_authority": "UBND tỉnh",
        "signer": f"Phó Chủ tịch {number % 7}",
        "received_date": day + timedelta(days=1),
        "urgency": ("normal", "urgent", "express")[number % 3],
        "assigner": ("UBND tỉnh", "Chủ tịch UBND tỉnh", "Giám đốc Sở")[number % 3],
        "task_content": f"Tham mưu, rà soát, báo cáo UBND tỉnh {what} năm {2020 + number % 7}, trước khi trình họp",
        "report_required": "yes",
        "coordinating_units": UNITS[(number + 7) % 40].name,
        "monitor": f"Chuyên viên {number % 30}",
        "assigned_date": day,
        "deadline_text": f"trong {10 + number % 30} ngày",
        "entered_date": day + timedelta(days=1),
        "progress": ("not_started", "in_progress", "blocked", "done")[number % 4],
        "reporter": f"Người báo cáo {number % 200}",
        "reported_date": day + timedelta(days=9),
        "extra:Lãnh đạo phụ trách": f"Lãnh đạo {number % 5}",
    }
    if number % 9:
        fields["deadline"] = day + timedelta(days=10 + number % 30)
    if number % 4 == 3:
        fields |= {
            "result_summary": f"Đã tham mưu ban hành văn bản về {what}",
            "result_kind": "result",
            "result_document": f"{number}/BC-SNN",
            "result_date": day + timedelta(days=20),
            "completed_date": day + timedelta(days=20),
            "decision": "confirmed",
            "decision_date": day + timedelta(days=22),
        }
    elif number % 4 == 2:
        fields["difficulty"] = f"Thiếu kinh phí cho {what}"
    return Assignment(Key(f"NV-2026-{number:05}", UNITS[number % 40].code), fields)


def register_view(count: int) -> RegisterView:
    """Give the view of a register of *count* assignments, judged by the rules."""
    regulation, days = load("kon-tum-2022"), calendar.load(None)

    def row(number: int) -> Row:
        item = assignment(number)
        return Row(item, judge(item, AS_OF, regulation=regulation, calendar=days, due_soon_days=5))

    rows = tuple(row(number) for number in range(count))
    return RegisterView(
        office="Sở Nông nghiệp",
        regulation_title=regulation.title,
        assigners=regulation.assigners(AS_OF),
        lang="vi",
        as_of=AS_OF,
        revision=1,
        token="tdnv1.register",  # noqa: S106 - not a secret
        rows=rows,
        counted=rows,
        extra_headers=("Lãnh đạo phụ trách",),
        units=UNITS,
        conflicts=(),
        log=(),
        proposals=(),
        due_soon_days=5,
        live=live(regulation, days),
        spare_rows=200,
        colours=DEFAULT_COLOURS,
    )


def live(rules: Regulation, days: calendar.Calendar) -> Live:
    """Give what the register's formulas need."""
    special = days.special_days(date(2025, 1, 1), date(2026, 12, 31))
    return Live(
        rules=tuple(Rule(since, each, each.confirmation) for since, each in rules.completions),
        off=tuple(day.day for day in special if not day.works and day.day.weekday() < calendar.SATURDAY),
        worked=tuple(day.day for day in special if day.works and day.day.weekday() >= calendar.SATURDAY),
        follows_clock=False,
    )


class Table(NamedTuple):
    """A sheet as all three ways write it: looks and drop-downs by column, colours by formula."""

    captions: list[str]
    rows: list[list[Any]]
    looks: list[styles.Look]
    lists: dict[int, list[str]]
    days: list[int]
    colours: list[tuple[str, str]]
    """Formula for the first row, and the fill."""


def tasks(count: int) -> Table:
    """Give the cells of «Nhiệm vụ» as values, with what the register offers and colours there."""
    view = register_view(count)
    words = shown(view)
    found = columns(view, words)
    specs = [(index, column.spec) for index, column in enumerate(found) if column.spec is not None]
    readers = [words.reader(column.id) for column in found]
    own = [(index, spec) for index, spec in specs if spec.owner is not Owner.COMPUTED]
    status = letters(1 + next(index for index, spec in specs if spec.name == "status"))
    names = [choice.labels["vi"] for choice in assignment_spec().by_name["status"].choices]
    return Table(
        captions=[column.caption for column in found],
        rows=[[read(row) for read in readers] for row in view.rows],
        looks=[styles.cell(Kind.TEXT if column.spec is None else column.spec.kind) for column in found],
        lists={i: [c.labels["vi"] for c in spec.choices] for i, spec in own if spec.kind is Kind.CHOICE},
        days=[index for index, spec in own if spec.kind is Kind.DATE],
        colours=[(f'=${status}2="{name}"', "F4B084") for name in names],
    )


def sheet(count: int) -> Table:
    """Give a table of 30 columns: 12 of texts, 6 of choices, 5 of days, 2 of numbers, 5 of formulas."""
    choices = ["Chưa thực hiện", "Đang thực hiện", "Đang thực hiện, có vướng mắc", "Đã hoàn thành"]
    kinds = [*[Kind.TEXT] * 12, *[Kind.CHOICE] * 6, *[Kind.DATE] * 5, *[Kind.INTEGER] * 7]

    def row(number: int) -> list[Any]:
        texts = [f"Nội dung {number}, cột {column}, có dấu tiếng Việt" for column in range(12)]
        days = [AS_OF - timedelta(days=(number + column) % 500) for column in range(5)]
        line = number + 2
        formulas = [
            Formula(f'=IF({letters(19 + column)}{line}="","",{letters(19 + column)}{line}-$S$2)', number % 60)
            for column in range(FORMULAS)
        ]
        return [*texts, *(choices[(number + column) % 4] for column in range(6)), *days, number, number % 17, *formulas]

    return Table(
        captions=[f"Cột {column + 1}" for column in range(COLUMNS)],
        rows=[row(number) for number in range(count)],
        looks=[styles.cell(kind) for kind in kinds],
        lists=dict.fromkeys(range(12, 18), choices),
        days=list(range(18, 23)),
        colours=[(f'=$M2="{choice}"', "F4B084") for choice in choices],
    )


# ------------------------------------------------------------------ three ways to draw it


def ours(table: Table, path: Path, token: str = "") -> None:
    """Draw through the renderer, with the identity of a register where there is one."""
    with open_book(path, title="", author="") as book:
        made = book.sheet("Bảng")
        looks = tuple(book.look(look) for look in table.looks)
        for number, values in enumerate(table.rows, 1):
            made.put_row(number, values, looks)
        last = len(table.rows)
        options = {"name": "tbl", "columns": [{"header": caption} for caption in table.captions]}
        made.add_tall_table((0, 0, last, len(table.captions) - 1), options)
        for column, choices in table.lists.items():
            book.check_list(made, Area(1, column, last, column), f"ds_{column}", choices, Advice("Chọn"))
        for column in table.days:
            area = Area(1, column, last, column)
            book.check_date(made, area, date(1990, 1, 1), date(2100, 12, 31), Advice("Ngày"))
        for formula, colour in table.colours:
            book.colour_when(made, Area(1, 0, last, len(table.captions) - 1), formula, styles.fill(colour))
        if token:
            put_carriers(book, token, "register")


def xlsxwriter(table: Table, path: Path) -> None:
    """Write cell by cell, as XlsxWriter's pages show it."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - its import is not what is measured

    with Workbook(path) as book:
        made = book.add_worksheet("Bảng")
        looks = [book.add_format(dict(look)) for look in table.looks]
        for number, values in enumerate(table.rows, 1):
            for column, value in enumerate(values):
                look = looks[column]
                if value is None:
                    made.write_blank(number, column, None, look)
                elif isinstance(value, str):
                    made.write_string(number, column, value, look)
                elif isinstance(value, date):
                    made.write_datetime(number, column, value, look)
                elif isinstance(value, Formula):
                    made.write_formula(number, column, value.text, look, value.value)
                else:
                    made.write_number(number, column, value, look)
        last, end = len(table.rows), len(table.captions) - 1
        made.add_table(0, 0, last, end, {"columns": [{"header": caption} for caption in table.captions]})
        for column, choices in table.lists.items():
            made.data_validation(1, column, last, column, {"validate": "list", "source": choices})
        for column in table.days:
            rule = {"validate": "date", "criteria": ">", "value": date(1990, 1, 1)}
            made.data_validation(1, column, last, column, rule)
        for formula, colour in table.colours:
            paint = book.add_format(dict(styles.fill(colour)))
            made.conditional_format(1, 0, last, end, {"type": "formula", "criteria": formula, "format": paint})


def openpyxl(table: Table, path: Path) -> None:
    """Write the same with openpyxl, a style and a value to each cell."""
    from openpyxl import Workbook  # noqa: PLC0415 - as above
    from openpyxl.formatting.rule import FormulaRule  # noqa: PLC0415
    from openpyxl.styles import Border, Font, NamedStyle, PatternFill, Side  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415
    from openpyxl.worksheet.table import Table as Listed  # noqa: PLC0415

    book = Workbook()
    made: Any = book.active
    make_rule: Any = FormulaRule  # it has no types
    edge = Side("thin", color="A6A6A6")
    names = []
    for column, look in enumerate(table.looks):
        font, box = Font(styles.FONT, styles.SIZE), Border(edge, edge, edge, edge)
        named = NamedStyle(f"cột {column}", font, border=box, number_format=str(look.get("num_format", "General")))
        book.add_named_style(named)
        names.append(named.name)
    made.append(table.captions)
    for number, values in enumerate(table.rows, 2):
        for column, value in enumerate(values):
            cell = made.cell(number, column + 1, value.text if isinstance(value, Formula) else value)
            cell.style = names[column]
    last, end = len(table.rows) + 1, letters(len(table.captions))
    made.add_table(Listed(displayName="tbl", ref=f"A1:{end}{last}"))
    for column, choices in table.lists.items():
        rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', showErrorMessage=True)
        rule.add(f"{letters(column + 1)}2:{letters(column + 1)}{last}")
        made.add_data_validation(rule)
    for formula, colour in table.colours:
        paint = make_rule([formula[1:]], fill=PatternFill("solid", bgColor=colour))
        made.conditional_formatting.add(f"A2:{end}{last}", paint)
    book.save(path)


# ------------------------------------------------------------------ measuring


class Spent(NamedTuple):
    """What one drawing took, and the most memory that its process held, in megabytes; `held` is that before drawing."""

    seconds: float
    held: float
    peak: float


def megabytes() -> float:
    """Give the most memory that this process ever held."""
    if sys.platform == "win32":
        return 0.0  # Python has no way to ask there
    import resource  # noqa: PLC0415 - as above

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def one(subject: str, way: str, count: int, path: Path) -> Spent:
    """Draw once in this process; what is drawn is made before the clock runs."""
    work: Callable[[], object]
    if subject == "register" and way == "ours":
        view = register_view(count)
        work = lambda: draw_register(view, path)  # noqa: E731 - a name for the one or the other
    else:
        table = tasks(count) if subject == "register" else sheet(count)
        work = lambda: {"ours": ours, "xlsxwriter": xlsxwriter, "openpyxl": openpyxl}[way](table, path)  # noqa: E731
    held, start = megabytes(), time.process_time()
    work()
    return Spent(time.process_time() - start, held, megabytes())


def best(subject: str, way: str, count: int, runs: int) -> Spent:
    """Draw some times, each in a new process, and give the fastest."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            arguments = ["--one", subject, way, str(count), str(Path(folder) / "a.xlsx")]
            command = [sys.executable, "-m", "benchmarks.draw", *arguments]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
            found.append(Spent(*json.loads(done.stdout)))
    return min(found)


def verdicts(subject: str, sizes: Sequence[int], ways: Sequence[str]) -> Iterator[bool]:
    """Print what each way takes at each size, and say for each aim whether it is met."""
    per_row = {}
    for count in sizes:
        runs = 3 if count <= 20_000 else 1
        spent = {way: best(subject, way, count, runs) for way in ways}
        per_row[count] = spent["ours"].seconds / count
        line = ", ".join(f"{way} {it.seconds:.2f} s {it.peak:.0f} MB" for way, it in spent.items())
        print(f"{subject} {count}: {line}", flush=True)
        for way, aim in (("xlsxwriter", PLAIN_AIM), ("openpyxl", OPENPYXL_AIM)):
            if way in spent:
                ratio = spent["ours"].seconds / spent[way].seconds
                print(f"  of {way} {ratio:.2f} (aim {aim})", flush=True)
                yield ratio <= aim
        yield spent["ours"].peak <= MEMORY_AIM
    growth = per_row[sizes[-1]] / per_row[sizes[0]]
    print(f"{subject}: a row of the largest takes {growth:.2f} of one of the smallest (aim {GROWTH_AIM})", flush=True)
    yield growth <= GROWTH_AIM


def main() -> None:
    """Measure both subjects; the exit code is 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--without-openpyxl", action="store_true")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        subject, way, count, path = given.one
        print(json.dumps(one(subject, way, int(count), Path(path))))
        return
    ways = WAYS[:2] if given.without_openpyxl else WAYS
    subjects = ("register", "sheet")
    met = [it for subject in subjects for it in verdicts(subject, (given.small, given.large), ways)]
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
