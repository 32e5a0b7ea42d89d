"""The command line keeps its contract: instant help, exit codes, stable JSON, nothing but data on stdout."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from tdnv_sheets.cli.main import COMMANDS, HELP
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.sheetspec import assignment_spec
from tests.conftest import SmallOffice, enter, fill, run

if TYPE_CHECKING:
    from pathlib import Path

ONE = "NV-2026-00001"


def test_help_loads_neither_pandas_nor_openpyxl_nor_sqlalchemy() -> None:
    code = (
        "import sys\n"
        "from tdnv_sheets.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'pandas', 'openpyxl', 'sqlalchemy', 'pandera', 'xlsxwriter', 'holidays'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_has_a_line_in_the_help_and_help_of_its_own() -> None:
    listed = run("--help").out
    assert COMMANDS.keys() == HELP.keys()
    for name in COMMANDS:
        assert f"  {name} " in listed
        own = run(name, "--help")
        assert own.code == 0
        assert "Usage:" in own.out


def test_a_folder_without_a_workspace_is_named_and_exits_with_2(tmp_path: Path) -> None:
    done = run("-C", tmp_path, "sync")
    assert done.code == 2
    assert str(tmp_path) in done.err
    assert "tdnv init" in done.err
    assert done.out == ""


@pytest.mark.parametrize("words", [("summary", "--period", "2026-Q5"), ("issue", "--period", "tháng 6")])
def test_a_wrong_period_exits_with_2_and_shows_right_ones(office: SmallOffice, words: tuple[str, ...]) -> None:
    done = office.run(*words)
    assert done.code == 2
    assert "2026-H1" in done.err


def test_an_unknown_setting_exits_with_4_and_is_named(office: SmallOffice) -> None:
    settings = office.root / "tdnv.toml"
    settings.write_text('coquan = "X"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    done = office.run("render")
    assert done.code == 4
    assert "coquan" in done.err
    assert "tdnv.toml" in done.err


def test_a_wrong_unit_list_exits_with_4_and_names_the_row(office: SmallOffice, tmp_path: Path) -> None:
    units = tmp_path / "don-vi.csv"
    units.write_text("code,name\na,Phòng A\na,Phòng B\n", encoding="utf-8")
    done = run("init", tmp_path / "moi", "--units", units)
    assert done.code == 4
    assert "don-vi.csv" in done.err
    assert not (tmp_path / "moi").exists()
    assert office.root.exists()


def test_a_workspace_is_never_made_over_another(office: SmallOffice) -> None:
    before = sorted(office.root.rglob("*"))
    done = run("init", office.root)
    assert done.code == 2
    assert sorted(office.root.rglob("*")) == before


def test_an_unknown_unit_or_task_exits_with_2(office: SmallOffice) -> None:
    assert office.run("issue", "--unit", "khong-co").code == 2
    assert "NV-1999-00001" in office.run("history", "NV-1999-00001").err


def test_conflicts_exit_with_3(office: SmallOffice) -> None:
    stale, fresh = office.issue("cctl"), office.issue("cctl")
    office.merge(fill(fresh, {ONE: {"proposal": "A"}}))
    assert office.run("merge", fill(stale, {ONE: {"proposal": "B"}})).code == 3


def test_validate_gives_the_documented_shape(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: {"progress": "gần xong"}})
    done = office.run("validate", book, "--format", "json")
    (entry,) = done.json
    assert done.code == 1
    assert entry.keys() == {"file", "verdict", "unit", "period", "rows", "findings"}
    assert entry["rows"].keys() == {"total", "accepted", "held"}
    assert entry["findings"][0].keys() == {
        "code",
        "severity",
        "level",
        "sheet",
        "cell",
        "row",
        "column",
        "value",
        "message",
        "fix",
    }
    assert (entry["unit"], entry["period"], entry["verdict"]) == ("cctl", "2026-M06", "partly")


def test_merge_gives_what_validate_gives_and_changes_conflicts_revision(office: SmallOffice) -> None:
    entry = office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))
    assert entry.keys() == {
        "file",
        "verdict",
        "unit",
        "period",
        "rows",
        "findings",
        "counts",
        "changes",
        "conflicts",
        "revision",
    }
    assert entry["counts"] == {
        "rows": {"new": 0, "updated": 1, "unchanged": 2, "ignored": 0, "conflict": 0, "refused": 0},
        "cells": {"new": 1, "updated": 0, "unchanged": 41, "ignored": 0, "conflict": 0, "refused": 0},
        "same_on_both_sides": 0,
    }
    (change,) = entry["changes"]
    assert change == {"task_id": ONE, "unit": "cctl", "field": "progress", "old": None, "new": "in_progress"}


def test_export_gives_every_field_with_codes_and_iso_days(office: SmallOffice) -> None:
    rows = office.rows()
    row = rows[ONE, "cctl"]
    assert {spec.name for spec in assignment_spec().fields} <= row.keys()
    assert (row["unit"], row["deadline"], row["status"]) == ("cctl", "2026-06-30", "open_in_time")
    assert len(rows) == 6


def test_export_as_csv_opens_in_excel_and_holds_no_formula(office: SmallOffice, tmp_path: Path) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "+84 cho gọi lại", "difficulty": "@SUM(A1)"}}))
    path = tmp_path / "ra.csv"
    assert office.run("export", "--format", "csv", "-o", path).code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    row = next(row for row in rows if row["task_id"] == ONE)
    assert row["difficulty"].startswith("'@")
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for row in rows
        for cell in row.values()
        if cell and not cell[1:].isdigit()
    )


def test_export_as_parquet_holds_the_same_rows(office: SmallOffice, tmp_path: Path) -> None:
    path = tmp_path / "ra.parquet"
    assert office.run("export", "--format", "parquet", "-o", path).code == 0
    frame = pd.read_parquet(path)
    assert set(zip(frame["task_id"], frame["unit"], strict=True)) == office.rows().keys()


def test_history_as_json_lines_holds_every_change(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))
    lines = [json.loads(line) for line in office.run("history", ONE, "--format", "jsonl").out.splitlines()]
    lines = [line for line in lines if "event" not in line]
    last = lines[-1]
    assert (last["field"], last["old"], last["new"], last["source"]) == ("progress", None, "in_progress", "unit")
    assert {line["field"] for line in lines} >= {"task_content", "deadline", "deadline_text"}


def test_issue_draws_for_every_unit_with_tasks_and_only_for_those(office: SmallOffice) -> None:
    done = office.run("issue", "--period", "2026-M06")
    assert done.code == 0
    names = sorted(path.name for path in office.space.outbox.iterdir())
    assert names == [
        "Chi cục Kiểm lâm - Cập nhật 2026-M06.xlsx",
        "Chi cục Thủy lợi - Cập nhật 2026-M06.xlsx",
        "Phòng Kế hoạch - Tài chính - Cập nhật 2026-M06.xlsx",
    ]


def test_nothing_to_issue_is_said(tmp_path: Path) -> None:
    units = tmp_path / "u.csv"
    units.write_text("code,name\na,Phòng A\n", encoding="utf-8")
    assert run("init", tmp_path / "vp", "--units", units).code == 0
    done = run("-C", tmp_path / "vp", "issue")
    assert done.code == 3
    assert "Không có nhiệm vụ" in done.err


def test_a_file_without_identity_is_taken_for_the_unit_that_is_named_and_nothing_of_it_unseen(
    office: SmallOffice, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Cập nhật"
    fields = assignment_spec().shown_on("update")
    sheet.append([spec.header("vi") for spec in fields])
    held = office.rows()[ONE, "cctl"]
    values = {**held, "progress": "Đang thực hiện", "status": None}
    days = {"document_date", "assigned_date", "deadline"}
    sheet.append([date.fromisoformat(values[f.name]) if f.name in days else values[f.name] for f in fields])
    path = tmp_path / "tự làm.xlsx"
    book.save(path)

    assert office.merge(path)["verdict"] == "quarantined"
    entry = office.run("merge", path, "--unit", "cctl", "--format", "json").json[0]

    assert entry["changes"] == []
    assert [(c["field"], c["theirs"]) for c in entry["conflicts"]] == [("progress", "in_progress")]
    assert office.rows()[ONE, "cctl"]["progress"] is None


def test_english_messages_are_english(office: SmallOffice) -> None:
    done = office.run("merge", lang="en")
    assert "inbox" in done.err
    enter(office.space, [])


def test_units_with_long_names_that_begin_alike_get_a_workbook_each(tmp_path: Path) -> None:
    long = "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp và phát triển nông thôn tỉnh khu vực"
    units = tmp_path / "u.csv"
    units.write_text(f"code,name\na,{long} 1\nb,{long} 2\nc,A/B\nd,A:B\n", encoding="utf-8")
    assert run("init", tmp_path / "vp", "--units", units).code == 0
    space = find(tmp_path / "vp")
    enter(space, [((code,), {"task_content": f"Việc của {code}"}) for code in "abcd"])

    done = run("-C", space.root, "issue", "--period", "2026-M06")

    assert done.code == 0
    drawn = sorted(space.outbox.iterdir())
    assert len(drawn) == 4
    assert all(path.stem.endswith("2026-M06") for path in drawn)
    sent = {load_workbook(path)["Cập nhật"]["B6"].value for path in drawn}
    assert sent == {f"Việc của {code}" for code in "abcd"}


def test_tasks_of_a_unit_that_left_the_list_are_named_when_a_round_is_issued(office: SmallOffice) -> None:
    enter(office.space, [(("giai-the",), {"task_content": "Việc của đơn vị đã giải thể"})])
    done = office.run("issue")
    assert done.code == 1
    assert "«giai-the»" in done.err
    assert len(done.out.splitlines()) == 3


def test_a_round_is_drawn_for_the_others_when_one_workbook_is_open(office: SmallOffice) -> None:
    office.run("issue", "--period", "2026-M06")
    (open_one,) = office.space.outbox.glob("Chi cục Kiểm lâm*")
    open_one.with_name(f".~lock.{open_one.name}#").write_text(",Người dùng,may-1,;", encoding="utf-8")
    before = open_one.read_bytes()

    done = office.run("issue", "--period", "2026-M06")

    assert done.code == 3
    assert "Chi cục Kiểm lâm" in done.err
    assert len(done.out.splitlines()) == 2
    assert open_one.read_bytes() == before


def test_a_report_never_counts_as_of_a_day_to_come(office: SmallOffice) -> None:
    year = date.today().year + 1  # noqa: DTZ011 - the day on the wall is what is tested
    done = office.run("summary", "--period", f"{year}-H1", "--format", "json", as_of=date.today())  # noqa: DTZ011
    assert done.json["as_of"] == date.today().isoformat()  # noqa: DTZ011
    later = run("-C", office.root, "summary", "--period", f"{year}-H1", "--format", "json")
    assert later.json["as_of"] == date.today().isoformat()  # noqa: DTZ011
    assert "tạm tính" in later.err


def test_validate_with_a_folder_that_does_not_exist_does_not_check_less(office: SmallOffice, tmp_path: Path) -> None:
    done = run("-C", tmp_path / "gõ nhầm", "validate", office.issue("cctl"))
    assert done.code == 2
    assert "tdnv.toml" in done.err


def test_validate_without_a_workspace_says_what_it_could_not_check(office: SmallOffice, tmp_path: Path) -> None:
    done = run("-C", tmp_path, "validate", office.issue("cctl"), "--format", "json")
    assert done.code == 0
    assert "not-checked" in [finding["code"] for finding in done.json[0]["findings"]]


def test_validate_never_says_that_a_file_was_taken_in(office: SmallOffice) -> None:
    done = office.run("validate", fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))
    assert (done.code, "Đã nhận" in done.out, "Hợp lệ" in done.out) == (0, False, True)


@pytest.mark.parametrize("words", [("export",), ("summary", "--period", "2026-H1"), ("issue",), ("sync",), ("merge",)])
def test_a_ledger_that_is_gone_is_never_replaced_by_an_empty_one(office: SmallOffice, words: tuple[str, ...]) -> None:
    ledger = office.root / ".tdnv" / "ledger.db"
    ledger.unlink()
    done = office.run(*words)
    assert done.code == 4
    assert "ledger.db" in done.err
    assert not ledger.exists()


def test_an_unknown_unit_is_named_even_when_the_inbox_is_empty(office: SmallOffice) -> None:
    assert office.run("merge", "--unit", "zz").code == 2


def test_the_register_is_drawn_to_workbooks_only(office: SmallOffice, tmp_path: Path) -> None:
    for name in ("", str(tmp_path / "so.csv")):
        assert office.run("render", "-o", name).code == 2
    assert list(tmp_path.glob("*.csv")) == []


def test_a_reader_that_has_enough_ends_the_export_quietly(office: SmallOffice) -> None:
    code = "import sys; from tdnv_sheets.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "-C", str(office.root), "export"]
    enter(office.space, [(("cctl",), {"task_content": "x" * 3000})] * 60)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.readline()
        export.stdout.close()
        said = export.stderr.read()
    assert (export.returncode, said) == (0, b"")


def test_a_folder_that_cannot_be_made_is_said() -> None:
    done = run("init", "/dev/null/vp")
    assert done.code == 4
    assert "/dev/null" in done.err
