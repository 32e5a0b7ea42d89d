"""Measure what a redraw into the office's own file takes, and a patch of 50 cells, against openpyxl: time and memory.

    uv run python -m benchmarks.graft [--rows 100000] [--without-openpyxl]

The file is a register of 30 columns, five of them formulas (`benchmarks.draw`), with a sheet of the office's own. Each
way works on it in a process of its own:
«patch» changes 50 cells where they lie, «redraw» draws the whole anew and puts it into the file, «openpyxl» loads it,
sets the 50 cells and saves it.
Then the whole way of the program after one small submission, from what the register is to show to the file: «some rows»
of a register with all its sheets, into which the office put a sheet of its own, against «all rows».
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.draw import COLUMNS, Spent, megabytes, ours, register_view, sheet

from tdnv_sheets.inbox.workspace import Workspace
from tdnv_sheets.settings import Settings
from tdnv_sheets.stamp import Stamp, encode

if TYPE_CHECKING:
    from tdnv_sheets.render.view import RegisterView

CELLS: Final = 50
OPENPYXL_AIM, REDRAW_AIM, MEMORY_AIM = 0.05, 0.5, 600
WAYS: Final = ("patch", "redraw", "openpyxl")
REGISTER: Final = ("some rows", "all rows")
TITLE: Final = "Bảng"
OWN: Final = "Trang riêng"
TOKEN: Final = encode(Stamp("register", 1, "5a9c0011", "1", "", "2026-06-19", 2, "0" * 32), b"k" * 32)


def changes(rows: int) -> dict[tuple[int, int], str | float]:
    """Give the cells that change: texts, days and numbers, from the top to the last row."""
    found: dict[tuple[int, int], str | float] = {}
    for number in range(CELLS):
        row = 2 + number * (rows - 1) // CELLS
        found[row, 1 + number % 24] = f"Giá trị mới {number} & «sửa»" if number % 24 < 18 else 46_000 + number
    return found


def patch_cells(path: Path, rows: int) -> None:
    """Change the cells where they lie."""
    from tdnv_sheets.graft.patch import patch  # noqa: PLC0415 - only what is measured is imported

    data = path.read_bytes()
    with path.open("wb") as out:
        patch(data, {TITLE: changes(rows)}, out, token=TOKEN)


def redraw(path: Path, rows: int, table: Any) -> None:  # noqa: ANN401 - as `benchmarks.draw` makes it
    """Draw all of it anew, and put it into the file."""
    from tdnv_sheets.graft.graft import graft  # noqa: PLC0415 - as above

    drawn = path.with_name("drawn.xlsx")
    for (row, column), value in changes(rows).items():
        table.rows[row - 2][column - 1] = value
    ours(table, drawn, TOKEN)
    done = graft(path.read_bytes(), drawn.read_bytes(), {"tasks": (TITLE,)})
    with path.open("wb") as out:
        done.write(out)


def openpyxl(path: Path, rows: int) -> None:
    """Load, set, save."""
    from openpyxl import load_workbook  # noqa: PLC0415 - as above

    book = load_workbook(path)
    for (row, column), value in changes(rows).items():
        book[TITLE].cell(row, column).value = value
    book.save(path)


def prepare(path: Path, rows: int) -> None:
    """Make the office's file."""
    from tests.packages import packed, parts  # noqa: PLC0415 - only here

    ours(sheet(rows), path, TOKEN)
    found = parts(path.read_bytes())
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    count = found["xl/sharedStrings.xml"].count(b"<si>")
    cells = f'<row r="1"><c r="A1" t="s"><v>{count}</v></c><c r="B1"><f>COUNTA({TITLE}!A:A)</f></c></row>'
    found["xl/worksheets/sheet9.xml"] = (
        f'<worksheet xmlns="{main}/main"><sheetData>{cells}</sheetData></worksheet>'.encode()
    )
    found["xl/sharedStrings.xml"] = found["xl/sharedStrings.xml"].replace(b"</sst>", b"<si><t>x</t></si></sst>")
    listed = f'<sheet name="{OWN}" sheetId="9" r:id="rId99"/></sheets>'.encode()
    found["xl/workbook.xml"] = found["xl/workbook.xml"].replace(b"</sheets>", listed)
    relation = f'<Relationship Id="rId99" Type="{office}/worksheet" Target="worksheets/sheet9.xml"/></Relationships>'
    place = "xl/_rels/workbook.xml.rels"
    found[place] = found[place].replace(b"</Relationships>", relation.encode())
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    known = f'<Override PartName="/xl/worksheets/sheet9.xml" ContentType="{kind}"/></Types>'.encode()
    found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", known)
    path.write_bytes(packed(found))


def register(rows: int, cells: int) -> RegisterView:
    """Give what a register of so many tasks shows after a submission of so many *cells*."""
    view = register_view(rows)
    shown = list(view.rows)
    for number in range(cells):
        place = number * rows // CELLS
        row = shown[place]
        fields = {**row.assignment.fields, "difficulty": f"Vướng mắc mới {number}"}
        shown[place] = replace(row, assignment=replace(row.assignment, fields=fields))
    return replace(view, token=TOKEN, rows=tuple(shown), counted=tuple(shown))


def draw(path: Path, view: RegisterView, *, whole: bool, ours: bool = True) -> int | None:
    """Draw the register into the file as the program does; gives how many rows were drawn, None for all."""
    from tdnv_sheets.pipeline.draw import file_digest  # noqa: PLC0415 - as above
    from tdnv_sheets.pipeline.drawn_before import Remembered, recall, remember, shows  # noqa: PLC0415 - as above
    from tdnv_sheets.pipeline.office_file import before  # noqa: PLC0415 - as above
    from tdnv_sheets.pipeline.redraw import ToDraw, draw_into  # noqa: PLC0415 - as above

    space = Workspace(path.parent, Settings())
    space.hidden.mkdir(exist_ok=True)
    data = path.read_bytes()
    known = None if whole else recall(space, file_digest(path))
    file = before(data, "vi", ours=ours, order=None if known is None else known.shows.order)
    now = shows(view)
    done = draw_into(ToDraw(view, "vi", data, ours, file, known, now), path)
    remember(space, done.digest, Remembered(now, done.frame))
    return done.rows


def prepare_register(path: Path, rows: int) -> None:
    """Make a register with a sheet of the office's own, of which is remembered how it was drawn."""
    from tests.graft_test import with_own_sheet  # noqa: PLC0415 - only here

    from tdnv_sheets.render.register import draw_register  # noqa: PLC0415 - as above

    view = register(rows, 0)
    draw_register(view, path)
    path.write_bytes(with_own_sheet(path.read_bytes()))
    draw(path, view, whole=True, ours=False)


def one(way: str, rows: int, path: Path) -> Spent:
    """Do it once in this process."""
    if way in REGISTER:
        view = register(rows, CELLS)
        held, start = megabytes(), time.process_time()
        drawn = draw(path, view, whole=way == "all rows")
        assert drawn == (CELLS if way == "some rows" else None), drawn  # noqa: S101 - the other way has another speed
        return Spent(time.process_time() - start, held, megabytes())
    table = sheet(rows) if way == "redraw" else None
    held, start = megabytes(), time.process_time()
    if way == "redraw":
        redraw(path, rows, table)
    else:
        {"patch": patch_cells, "openpyxl": openpyxl}[way](path, rows)
    return Spent(time.process_time() - start, held, megabytes())


def spent(way: str, rows: int, made: Path, runs: int) -> Spent:
    """Do it some times on copies of the file, each in a new process, and give the fastest."""
    found = []
    for _ in range(runs):
        path = made.with_name(f"{way}.xlsx")
        path.write_bytes(made.read_bytes())
        found.append(Spent(*json.loads(run(way, rows, path))))
    return min(found)


def run(way: str, rows: int, path: Path) -> str:
    """Do one thing in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.graft", "--one", way, str(rows), str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves


def check(path: Path, rows: int) -> None:
    """Read the patched file with a reader that is not ours: the cells hold what they should, all others are there."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as above

    grid = CalamineWorkbook.from_path(path).get_sheet_by_name(TITLE).to_python()
    assert (len(grid), len(grid[0])) == (rows + 1, COLUMNS)  # noqa: S101 - a wrong file has no speed
    for (row, column), value in changes(rows).items():
        cell = grid[row - 1][column - 1]
        assert cell == value or not isinstance(value, str), (row, column, cell, value)  # noqa: S101 - as above


def of_a_register(folder: Path, rows: int) -> bool:
    """Measure the program's own way; says whether the aim is met."""
    folder.mkdir()
    path = folder / "so.xlsx"
    run("prepare register", rows, path)
    (folder / ".tdnv").joinpath("drawn.json").rename(folder / "kept.json")
    made = path.read_bytes()
    took: dict[str, Spent] = {}
    for way in REGISTER:
        path.write_bytes(made)
        (folder / ".tdnv" / "drawn.json").write_bytes((folder / "kept.json").read_bytes())
        took[way] = Spent(*json.loads(run(way, rows, path)))
        more = took[way].peak - took[way].held
        print(f"{way} of a register of {rows}: {took[way].seconds:.2f} s, {more:.0f} MB more than it shows", flush=True)
    ratio = took["some rows"].seconds / took["all rows"].seconds
    print(f"  some rows are {ratio:.3f} of all (aim {REDRAW_AIM})")
    return ratio <= REDRAW_AIM and took["some rows"].peak - took["some rows"].held <= MEMORY_AIM


def main() -> None:
    """Measure; the exit code is 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--without-openpyxl", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        way, rows, path = given.one
        if way.startswith("prepare"):
            (prepare if way == "prepare" else prepare_register)(Path(path), int(rows))
            return
        print(json.dumps(one(way, int(rows), Path(path))))
        return
    met = []
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "office.xlsx"
        run("prepare", given.rows, made)  # elsewhere: what this process held, its children would count as theirs
        took = {}
        for way in WAYS[:2] if given.without_openpyxl else WAYS:
            took[way] = spent(way, given.rows, made, 1 if way == "openpyxl" else 3)
            print(f"{way} {given.rows} rows: {took[way].seconds:.2f} s, {took[way].peak:.0f} MB", flush=True)
        check(made.with_name("patch.xlsx"), given.rows)
        for way, aim in (("redraw", REDRAW_AIM), ("openpyxl", OPENPYXL_AIM)):
            if way in took:
                ratio = took["patch"].seconds / took[way].seconds
                print(f"  patch is {ratio:.3f} of {way} (aim {aim})")
                met.append(ratio <= aim)
        print(f"  patch holds {took['patch'].peak:.0f} MB at most (aim {MEMORY_AIM})")
        met.append(took["patch"].peak <= MEMORY_AIM)
        met.append(of_a_register(Path(folder) / "register", given.rows))
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
