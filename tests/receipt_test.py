"""The list of findings as text: what there is to do first, a hint once, what was repaired alike in one line."""

from __future__ import annotations

from tdnv_sheets.findings import About
from tdnv_sheets.messages.catalogue import finding_fix, finding_hint, finding_text, found
from tdnv_sheets.pipeline.receive import Received, finding_lines, receipt
from tdnv_sheets.validate.checked import Verdict
from tests.conftest import NOW

SHEET, COLUMN = "Cập nhật", "Ngày hoàn thành"


def repaired(count: int, *, column: str = COLUMN, first: int = 6) -> list[About]:
    values = {"day": "28/05/2026"}
    rows = range(first, first + count)
    return [About(found("date-as-text", SHEET, f"S{r}", r, column=column, value="28.5", values=values)) for r in rows]


def test_what_there_is_to_do_heads_the_list_and_a_hint_is_given_once() -> None:
    wrong = [found("not-a-date", SHEET, f"S{row}", row, column=COLUMN, value="mai") for row in (6, 7)]
    empty = found("required", SHEET, "O9", 9, column="Tình hình, kết quả")
    text, fix, hint = finding_text(wrong[0], "vi"), finding_fix(wrong[0], "vi"), finding_hint(wrong[0], "vi")

    assert finding_lines(map(About, [*wrong, empty]), "vi") == [
        "Cần điền 1 ô còn thiếu, sửa 2 ngày.",
        f"Cập nhật!S6: Phải sửa: {text}",
        f"    → {fix}",
        f"    Gợi ý: {hint}",
        f"Cập nhật!S7: Phải sửa: {text}",
        f"    → {fix}",
        "Cập nhật!O9: Phải sửa: Ô «Tình hình, kết quả» còn trống.",
        "    → Điền «Tình hình, kết quả».",
        "    Gợi ý: Ô chỉ có dấu cách cũng tính là trống.",
    ]


def test_one_thing_to_do_needs_no_summary() -> None:
    assert finding_lines([About(found("unreadable"))], "vi")[0].startswith("Phải sửa: Tệp hỏng")
    assert finding_lines([], "vi") == []


def test_what_was_repaired_alike_in_more_than_five_cells_of_a_column_is_one_line() -> None:
    lines = [line for line in finding_lines([*repaired(200), *repaired(5, column="Ngày báo cáo")], "vi") if "S" in line]

    assert len(lines) == 6
    assert lines[0].startswith("Cập nhật!S6: Đã tự chỉnh: «28.5» ở cột «Ngày hoàn thành»")
    assert lines[0].endswith("… và 199 chỗ khác: S7, S8, S9, S10, S11, S12, S13, S14, S15, S16, …")
    assert "khác" not in "".join(lines[1:])


def test_rows_and_the_file_as_a_whole_are_folded_too() -> None:
    lost = [
        About(found("carrier-missing", SHEET, row=row, values={"what_vi": "x", "what_en": "x"})) for row in range(6)
    ]

    assert "… and 5 more" in finding_lines(lost, "en")[0]
    assert finding_lines(lost[1:] + lost[1:2], "en")[0].endswith("… and 5 more: row 1, row 2, row 3, row 4, row 5")


def test_errors_and_warnings_are_never_folded() -> None:
    many = [About(found("not-cleared", SHEET, f"N{row}", row, column="C", values={"issued": "x"})) for row in range(9)]

    assert sum("bị xóa trắng" in line for line in finding_lines(many, "vi")) == 9


def test_findings_stand_as_people_work_through_them() -> None:
    places = [("Báo cáo", "C8", 8), ("Nhiệm vụ thiếu", "B6", 6), (SHEET, "AA7", 7), (SHEET, "S7", 7), (SHEET, "S6", 6)]
    wrong = [found("not-a-date", sheet, cell, row, column=COLUMN, value="mai") for sheet, cell, row in places]
    doubt = found("not-cleared", SHEET, "N6", 6, column="Tình trạng", values={"issued": "Đang thực hiện"})
    hidden = found("hidden-sheet", values={"sheet": "Nháp"})

    lines = finding_lines(map(About, [doubt, hidden, *wrong]), "vi")

    starts = [line.partition(": ")[0] for line in lines[1:] if not line.startswith(" ")]
    assert starts == [
        f"{SHEET}!S6",
        f"{SHEET}!S7",
        f"{SHEET}!AA7",
        "Nhiệm vụ thiếu!B6",
        "Báo cáo!C8",
        "Cần xem lại",
        f"{SHEET}!N6",
    ]


def test_a_receipt_names_the_period_as_people_do() -> None:
    received = Received("a.xlsx", Verdict.ACCEPTED, period="2026-M06")

    assert "kỳ: tháng 6 năm 2026; lúc 09:00 10/06/2026" in receipt(received, "Chi cục Thủy lợi", NOW, "vi")
    assert "kỳ: –;" in receipt(Received("a.xlsx", Verdict.QUARANTINED), "Chi cục Thủy lợi", NOW, "vi")


def test_the_text_beside_a_file_that_could_not_be_read_holds_no_counts_and_says_what_to_do() -> None:
    received = Received("họp.docx", Verdict.QUARANTINED, (About(found("unreadable")),))

    assert receipt(received, "", NOW, "vi").splitlines()[:4] == [
        "Cách ly, không nhận: họp.docx",
        "Đến lúc 09:00 10/06/2026; không biết là của đơn vị nào.",
        "Tệp được giữ riêng ở thư mục này và chưa vào sổ. Đừng thả lại chính tệp này; làm theo lời dưới đây.",
        "",
    ]


def test_the_text_beside_a_file_with_mistakes_says_which_copy_goes_back_to_whom() -> None:
    received = Received("a.xlsx", Verdict.PARTLY, total=3, held=1)

    lines = receipt(received, "Chi cục Thủy lợi", NOW, "vi", marked="tra-lai/CCTL - CẦN SỬA.xlsx").splitlines()

    assert "Số dòng: 3; nhận: 2; giữ lại để sửa: 1" in lines
    assert "Việc phải làm: gửi tệp «tra-lai/CCTL - CẦN SỬA.xlsx» cho đơn vị sửa những ô tô màu rồi gửi lại." in lines


def test_a_conflict_names_its_task() -> None:
    values = {"ours": "Đang thực hiện"}
    conflicts = [
        About(
            found("conflict", column="Tình trạng", value="Đã hoàn thành", values=values), f"NV-2026-0000{n}", "progress"
        )
        for n in range(1, 8)
    ]

    assert finding_lines(conflicts[:1], "vi")[0].startswith("NV-2026-00001: Để biết: Ô «Tình trạng» đã được sửa")
    assert "… và 6 chỗ khác: NV-2026-00002, NV-2026-00003," in finding_lines(conflicts, "vi")[0]
