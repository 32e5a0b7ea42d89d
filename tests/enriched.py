"""A register with all that offices add to theirs, redrawn again and again: `python -m tests.enriched --redraws 50`.

Every part that is not ours must stay as it is, byte for byte, and every formula of the office's must find its cells. With
`--validator PROGRAM` (see `sdk_validator.py`) Microsoft's own rules are asked too. What Excel itself wrote is taken from
`../shared/corpus` where that is there.
"""

from __future__ import annotations

import argparse
import io
import re
import struct
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from tdnv_sheets.graft.graft import order_of
from tdnv_sheets.grid import letters
from tdnv_sheets.records import Assignment
from tests import enriched_parts as add
from tests.enriched_corpus import CORPUS, with_samples
from tests.enriched_package import MAIN, OFFICE, Package, cells
from tests.packages import taken_twice
from tests.redrawing import TITLES, Redrawn, drawn, redrawn, rows_of, task, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.records import Value
    from tdnv_sheets.render.view import RegisterView, Row

OWN: Final = "Ghi nhớ"
"""The office's own column, with a formula in every row."""
WATCHED: Final = 3
"""The task that the office's formulas ask for by its id."""
FIRST: Final = 6
"""The row of the first task."""
_TASKS: Final = add.TASKS


class Enriched(NamedTuple):
    """A register to which an office added all it could."""

    data: bytes
    foreign: frozenset[str]
    """The parts that no redraw may change."""


def first_view() -> RegisterView:
    """Give the register before the office works in it."""
    return view_at(0, None)


def view_at(step: int, order: tuple[tuple[str, str], ...] | None) -> RegisterView:
    """Give the register after so many redraws: tasks come, the second goes, texts change; rows stay in the office's order."""
    numbers = [0, *([1] if step == 0 else []), 2, WATCHED, 4, 5, *range(6, 6 + min(step, 20))]
    own: dict[str, dict[int, Value]] = {OWN: dict.fromkeys(numbers[:5], 1)}
    rows = [_reported(row, step) for row in rows_of(*numbers, own=own)]
    if order is not None:
        known = {task_id: place for place, (task_id, _) in enumerate(order)}
        rows.sort(key=lambda row: known.get(row.assignment.key.task_id, len(known)))
    return view_of(rows, own=(OWN,))


def _reported(row: Row, step: int) -> Row:
    fields = {**row.assignment.fields, "result_summary": f"Lần {step}: đã báo cáo."}
    return replace(row, assignment=Assignment(row.assignment.key, fields))


def enriched(data: bytes, *, samples: bool = False) -> Enriched:
    """Add to a register what offices add; *samples*: also sheets that Excel itself wrote."""
    pack = Package(data)
    before = set(pack.parts)
    if samples:
        with_samples(pack)
    tasks = pack.sheet("Nhiệm vụ")
    table = pack.target(tasks, "table")
    captions = [node.attrib["name"] for node in ET.fromstring(pack.text(table)).iter(f"{{{MAIN}}}tableColumn")]  # noqa: S314 - ours
    last = FIRST + 5
    _analysis(pack, last)
    _pivot(pack, captions)
    _charts(pack, last)
    add.add_outside_data(pack)
    add.add_custom_xml(pack)
    pack.name("DS_don_vi", "tblNhiemVu[Đơn vị chủ trì]")
    pack.name("Nguong", "7")
    pack.name("Vung_viec", f"{_TASKS}!$A$5:$M${last}")
    mine = set(pack.parts) - before
    _tasks(pack, tasks, len(captions), last)
    _overview(pack)
    above = {
        name for name in set(pack.parts) - before - mine if name.startswith(("xl/charts/", "xl/media/", "xl/printer"))
    }
    return Enriched(pack.pack(), frozenset(mine | above))


def _list_sheet(pack: Package) -> None:
    """Add a sheet whose texts stand in the file's table of texts, one of them in two colours, and with looks of its own."""
    texts = pack.text("xl/sharedStrings.xml")
    count = len(re.findall(r"<si>", texts))
    rich = '<si><r><t>rất </t></r><r><rPr><b/><color rgb="FFFF0000"/></rPr><t>gấp</t></r></si>'
    more = f"<si><t>thường</t></si><si><t>gấp</t></si>{rich}"
    texts = re.sub(r' (?:count|uniqueCount)="\d+"', "", texts, count=2).replace("</sst>", f"{more}</sst>")
    pack.parts["xl/sharedStrings.xml"] = texts.encode()
    style = _own_style(pack)
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" s="{style}" t="s"><v>{count + row - 1}</v></c></row>' for row in range(1, 4)
    )
    pack.add_sheet("Liệt_kê", f"<sheetData>{rows}</sheetData>")


def _own_style(pack: Package) -> int:
    """Add a look with a number format and a fill; gives its number."""
    styles = pack.text("xl/styles.xml")
    fills = int(re.search(r'<fills count="(\d+)"', styles)[1])  # type: ignore[index] # XlsxWriter writes it
    looks = int(re.search(r'<cellXfs count="(\d+)"', styles)[1])  # type: ignore[index]
    fill = (
        '<fill><patternFill patternType="solid"><fgColor rgb="FFCCFFCC"/><bgColor indexed="64"/></patternFill></fill>'
    )
    styles = styles.replace(f'<fills count="{fills}"', f'<fills count="{fills + 1}"').replace(
        "</fills>", f"{fill}</fills>"
    )
    look = f'<xf numFmtId="4" fontId="0" fillId="{fills}" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/>'
    styles = styles.replace(f'<cellXfs count="{looks}"', f'<cellXfs count="{looks + 1}"')
    pack.parts["xl/styles.xml"] = styles.replace("</cellXfs>", f"{look}</cellXfs>").encode()
    return looks


FORMULAS: Final = (
    ("Số việc", f"=COUNTA({_TASKS}!$M:$M)-2"),
    ("Số việc theo bảng", "=COUNTA(tblNhiemVu[Nội dung nhiệm vụ])"),
    ("Nội dung theo mã", f'=INDEX({_TASKS}!$M:$M,MATCH("{task(WATCHED)}",{_TASKS}!$A:$A,0))'),
    ("Nội dung theo ô", f"={_TASKS}!$M${FIRST}"),
    ("Mã theo ô", f"={_TASKS}!$A${FIRST}"),
    ("Theo tên", "=ROWS(DS_don_vi)"),
)
"""What the office asks of our sheet from its own."""


def _analysis(pack: Package, last: int) -> None:
    """Add a sheet of formulas into ours, with what newer Excels lay over cells, a printer's settings and a picture at its head."""
    _list_sheet(pack)
    body = cells(*FORMULAS)
    sheet = pack.add_sheet("Phân tích", body)
    printer = add.add_printer(pack, sheet, "phan_tich")
    hf = add.add_header_image(pack, sheet)
    behind = (
        '<conditionalFormatting sqref="B1:B2"><cfRule type="expression" dxfId="0" priority="1"><formula>B1&gt;5</formula>'
        '</cfRule></conditionalFormatting><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="portrait" r:id="{printer}"/><headerFooter><oddHeader>&amp;L&amp;G</oddHeader>'
        '</headerFooter><ignoredErrors><ignoredError sqref="B1:B6" formula="1" numberStoredAsText="1"/></ignoredErrors>'
        f"{hf}<extLst>{add.x14_rules('D1:D9', 'Liệt_kê!$A$1')}{add.sparklines((f'{_TASKS}!AT{FIRST}:AT{last}', 'E1'))}</extLst>"
    )
    pack.before(sheet, ("</worksheet>",), behind)


def _pivot(pack: Package, captions: list[str]) -> None:
    sheet = pack.add_sheet("Bảng tổng hợp", cells(("",), ("",), ("Đơn vị", "Số việc")) + "<extLst></extLst>")
    add.add_pivot(pack, sheet, captions)
    drawing = add.add_drawing(
        pack,
        "tong_hop",
        chart_of=add.chart("Theo đơn vị", "tblNhiemVu[Đơn vị chủ trì]", "tblNhiemVu[Số ngày còn lại]"),
        said="tổng hợp",
    )
    add.add_slicer(pack, sheet, drawing, 1, 2)
    pack.before(sheet, ("<extLst>",), f'<drawing r:id="{pack.relate(sheet, f"{OFFICE}drawing", drawing)}"/>')


def _charts(pack: Package, last: int) -> None:
    """Add a sheet with a chart over cells of our table, a picture, a text box, a check box and comments."""
    sheet = pack.add_sheet("Biểu đồ riêng", cells(("Duyệt", "x"), ("Ý kiến", "y")))
    ranges = f"{_TASKS}!$B${FIRST}:$B${last}", f"{_TASKS}!$AT${FIRST}:$AT${last}"
    drawing = add.add_drawing(pack, "rieng", chart_of=add.chart("Số ngày còn lại", *ranges), said="của phòng")
    place = pack.relate(sheet, f"{OFFICE}drawing", drawing)
    controls = add.add_check_box(pack, sheet)
    shapes = add.add_comments(pack, sheet, "rieng", (("B2", "xem lại"),), add.check_box_shape(1200))
    pack.before(sheet, ("</worksheet>",), f'<drawing r:id="{place}"/><legacyDrawing r:id="{shapes}"/>{controls}')


def _tasks(pack: Package, sheet: str, width: int, last: int) -> None:
    """Work in «Nhiệm vụ» itself: formulas in an own column, comments, a chart, a picture, rules, sparklines, printer settings."""
    own = letters(width)
    text = pack.text(sheet)
    for row in range(FIRST, last + 1):
        text, done = re.subn(
            rf'<c r="{own}{row}"( s="\d+")[^>]*?(?:/>|>.*?</c>)',
            rf'<c r="{own}{row}"\1><f>$S{row}-$Q{row}</f><v>1</v></c>',
            text,
        )
        assert done == 1, row
    pack.parts[sheet] = text.encode()
    drawing = add.add_drawing(
        pack,
        "tren_so",
        chart_of=add.chart("Trên sổ", f"{_TASKS}!$B${FIRST}:$B${last}", f"{_TASKS}!$AT${FIRST}:$AT${last}"),
        said="trên sổ",
    )
    place = pack.relate(sheet, f"{OFFICE}drawing", drawing)
    shapes = add.add_comments(pack, sheet, "so", ((f"M{FIRST + WATCHED}", "hỏi lại"), (f"V{FIRST}", "đã gọi")))
    printer = add.add_printer(pack, sheet, "so")
    pack.parts[sheet] = re.sub(r"<pageSetup ", f'<pageSetup r:id="{printer}" ', pack.text(sheet)).encode()
    rule = f'<conditionalFormatting sqref="{own}{FIRST}:{own}{last}"><cfRule type="cellIs" dxfId="0" priority="99" operator="greaterThan"><formula>30</formula></cfRule></conditionalFormatting>'
    pack.before(sheet, ("<dataValidations",), rule)
    pack.before(sheet, ("<tableParts",), f'<drawing r:id="{place}"/><legacyDrawing r:id="{shapes}"/>')
    own_area = f"{own}{FIRST}:{own}{last}"
    lines = add.sparklines((f"{_TASKS}!AT{FIRST}:AU{FIRST}", f"{own}{FIRST}"))
    pack.before(sheet, ("</worksheet>",), f"<extLst>{add.x14_rules(own_area, 'Liệt_kê!$A$1')}{lines}</extLst>")


def _overview(pack: Package) -> None:
    """Lay a picture and a text box over «Tổng quan», beside our charts."""
    drawing = pack.target(pack.sheet("Tổng quan"), "drawing")
    pack.parts["xl/media/tong_quan.png"] = add.PNG
    image = pack.relate(drawing, f"{OFFICE}image", "xl/media/tong_quan.png")
    things = add.anchor(1, 20, add.picture(90, "Con dấu", image)) + add.anchor(
        12, 20, add.text_box(91, "Lời nhắc", "họp thứ Hai")
    )
    pack.before(drawing, ("</xdr:wsDr>",), things)


def compressed(data: bytes) -> dict[str, bytes]:
    """Give each part as it lies in the file, compressed."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for item in file.infolist():
            name, extra = struct.unpack("<HH", data[item.header_offset + 26 : item.header_offset + 30])
            start = item.header_offset + 30 + name + extra
            found[item.filename] = data[start : start + item.compress_size]
    return found


def enriched_office(register: Path) -> Enriched:
    """Add what offices add to a register in its folder; formulas in its own column come where it has one."""
    done = enriched(register.read_bytes())
    register.write_bytes(done.data)
    return done


def complaints_of_parts(before: Enriched, after: bytes) -> list[str]:
    """Name the parts of the office's that are not as they were."""
    old, new = compressed(before.data), compressed(after)
    return [f"{name}: other bytes" for name in sorted(before.foreign) if old[name] != new.get(name)]


def complaints(before: Enriched, after: bytes, step: int) -> Iterator[str]:
    """Say what of the office's is not as it was."""
    yield from complaints_of_parts(before, after)
    yield from (f"{name}: an id twice: {ids}" for name, ids in taken_twice(after).items())
    pack = Package(after)
    for title in ("Phân tích", "Bảng tổng hợp", "Biểu đồ riêng", "Số liệu ngoài", "Liệt_kê"):
        if pack.sheet(title) not in before.foreign:
            yield f"{title}: is another part now"
    yield from _texts(pack)
    yield from _on_our_sheet(pack, step)


def _texts(pack: Package) -> Iterator[str]:
    root = ET.fromstring(pack.text("xl/sharedStrings.xml"))  # noqa: S314 - ours
    texts = ["".join(node.itertext()) for node in root]
    numbers = re.findall(r"<v>(\d+)</v>", pack.text(pack.sheet("Liệt_kê")))
    found = [texts[int(number)] for number in numbers]
    if found != ["thường", "gấp", "rất gấp"]:
        yield f"texts of the office's own sheet: {found}"
    if "color" not in ET.tostring(root[int(numbers[2])], encoding="unicode"):
        yield "a text of two colours has one"


def _on_our_sheet(pack: Package, step: int) -> Iterator[str]:
    """Look at what the office laid over «Nhiệm vụ» and «Tổng quan»."""
    sheet = pack.sheet("Nhiệm vụ")
    text = pack.text(sheet)
    watched = next(place for place, row in _rows(pack, text).items() if row == task(WATCHED))
    threads = pack.text(pack.target(sheet, "threadedComment"))
    if f'ref="M{watched}"' not in threads:
        yield f"step {step}: the comment on {task(WATCHED)} is not on row {watched}"
    if len(re.findall(r"ObjectType=\"Note\"", pack.text(pack.target(sheet, "vmlDrawing")))) != len(
        re.findall("<threadedComment ", threads)
    ):
        yield f"step {step}: comments without shapes"
    formulas = dict(re.findall(r'<c r="[A-Z]+(\d+)"[^>]*><f>(\$S[^<]*)</f>', text))
    wrong = {row: formula for row, formula in formulas.items() if formula != f"$S{row}-$Q{row}"}
    if wrong or len(formulas) < 5 + min(step, 20):
        yield f"step {step}: formulas of the own column {wrong or formulas}"
    for part in (
        'cfRule type="cellIs"',
        "x14:conditionalFormatting ",
        "x14:dataValidation ",
        "x14:sparkline>",
        "<drawing ",
    ):
        if part not in text:
            yield f"step {step}: {part} is gone from «Nhiệm vụ»"
    if not pack.target(sheet, "printerSettings"):
        yield f"step {step}: the printer's settings of «Nhiệm vụ» are gone"
    overview = pack.text(pack.target(pack.sheet("Tổng quan"), "drawing"))
    if overview.count("Con dấu") != 1 or overview.count("họp thứ Hai") != 1:
        yield f"step {step}: what lay over «Tổng quan» is {overview.count('Con dấu')} times there"


def _rows(pack: Package, text: str) -> dict[int, str]:
    """Give row → task id of «Nhiệm vụ»."""
    root = ET.fromstring(pack.text("xl/sharedStrings.xml"))  # noqa: S314 - ours
    texts = ["".join(node.itertext()) for node in root]
    found = re.findall(r'<c r="A(\d+)"[^>]*t="s"[^>]*><v>(\d+)</v>', text)
    return {int(row): texts[int(number)] for row, number in found if texts[int(number)].startswith("NV-")}


def redraws(start: Enriched, steps: int) -> Iterator[Redrawn]:
    """Redraw with other data each time, every time into what the time before gave."""
    data = start.data
    for step in range(1, steps + 1):
        done = redrawn(data, view_at(step, order_of(data, TITLES, "tasks")))
        data = done.data
        yield done


def expected(step: int) -> dict[str, object]:
    """Give what the office's formulas must show after so many redraws."""
    rows = view_at(step, None).rows
    contents: Mapping[str, object] = {row.assignment.key.task_id: row.assignment.fields["task_content"] for row in rows}
    return {
        "Số việc": len(rows),
        "Số việc theo bảng": len(rows),
        "Nội dung theo mã": contents[task(WATCHED)],
        "Nội dung theo ô": contents[task(0)],
        "Mã theo ô": task(0),
        "Theo tên": len(rows),
    }


def main() -> int:
    """Redraw many times; say what was not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redraws", type=int, default=50)
    parser.add_argument("--validator", default="", help="path of ooxml-validate")
    chosen = parser.parse_args()
    samples = CORPUS.exists()
    _say("with sheets from ../shared/corpus" if samples else "without ../shared/corpus: only what we make ourselves")
    start = enriched(drawn(first_view()), samples=samples)
    began, wrong, done = time.monotonic(), 0, None
    for step, done in enumerate(redraws(start, chosen.redraws), 1):
        said = [*complaints(start, done.data, step), *(str(item) for item in done.lost if item.what != "pointing")]
        said += [f"step {step}: {done.looks_added} more looks"] if step > 1 and done.looks_added else []
        wrong += len(said)
        _say(f"{step}: {len(done.data)} bytes, {'; '.join(said) or 'all kept'}")
    _say(f"{chosen.redraws} redraws in {time.monotonic() - began:.1f} s, {wrong} complaints")
    if done is not None:
        wrong += _through_excelize(done.data)
        wrong += _validated(chosen.validator, done.data) if chosen.validator else 0
    return 1 if wrong else 0


def _through_excelize(data: bytes) -> int:
    """Let excelize open and save the register, if it is installed; give how many parts it does not know any more."""
    try:
        from excelize import open_file  # type: ignore[import-not-found,unused-ignore] # too large to be always there
    except ImportError:
        _say("excelize is not installed (uv run --with excelize …)")
        return 0
    with tempfile.TemporaryDirectory() as place:
        path, saved = Path(place) / "so.xlsx", Path(place) / "luu.xlsx"
        path.write_bytes(data)
        book = open_file(str(path))
        pivots, tables = book.get_pivot_tables("Bảng tổng hợp"), book.get_tables("Nhiệm vụ")
        book.save_as(str(saved))
        gone = set(compressed(data)) - set(compressed(saved.read_bytes()))
    _say(f"excelize: {len(pivots)} pivot, {len(tables)} table, lost {sorted(gone) or 'nothing'}")
    return len(gone) + (len(pivots) != 1) + (len(tables) != 1)


def _validated(program: str, data: bytes) -> int:
    from tests.sdk_validator import VERSIONS, asked

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "so.xlsx"
        path.write_bytes(data)
        said = [asked(program, path, version) for version in VERSIONS]
    _say("\n".join(filter(None, said)) or "the SDK finds nothing")
    return sum(map(bool, said))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
