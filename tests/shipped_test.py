"""What the repository ships is what the code draws and reads."""

from __future__ import annotations

import re
import runpy
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets import regulation
from tdnv_sheets.cli.main import COMMANDS
from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.pipeline.templates import draw_templates
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.shipped import shipped
from tests.conftest import SmallOffice, fill

if TYPE_CHECKING:
    from pathlib import Path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_the_shipped_template_is_what_the_code_draws(regulation_id: str, tmp_path: Path) -> None:
    drawn = {path.stem: path for path in draw_templates(tmp_path)}
    kept = shipped("workbook_templates", f"{regulation_id}.xlsx")
    assert parts(kept) == parts(drawn[regulation_id]), "run: uv run python docs/redraw.py"


def test_the_page_of_findings_is_what_the_catalogue_says() -> None:
    drawn = runpy.run_path(str(shipped("docs", "findings_page.py")))["page"]()

    assert shipped("docs", "findings.md").read_text(encoding="utf-8") == drawn, "run: uv run python docs/redraw.py"
    assert all(f"| `{code}`<br>{entry['severity']} |" in drawn for code, entry in area("findings").items())


def test_every_field_of_the_design_is_in_the_schema_with_captions_and_help() -> None:
    spec = assignment_spec()
    wanted = [
        "task_id",
        "unit",
        "document_number",
        "document_type",
        "document_date",
        "document_summary",
        "issuing_authority",
        "signer",
        "proposing_agency",
        "received_date",
        "urgency",
        "assigner",
        "task_content",
        "report_required",
        "coordinating_units",
        "monitor",
        "assigned_date",
        "deadline_text",
        "deadline",
        "recurrence",
        "entered_date",
        "note",
        "progress",
        "result_summary",
        "result_kind",
        "result_document",
        "result_date",
        "completed_date",
        "difficulty",
        "proposal",
        "extension_to",
        "extension_reason",
        "return_reason",
        "explanation",
        "reporter",
        "reported_date",
        "decision",
        "decision_date",
        "decision_note",
        "transferred_to",
        "quality",
        "extended_deadline",
        "extension_document",
        "effective_deadline",
        "status",
        "timeliness",
        "days_left",
        "working_days_left",
        "alerts",
        "extension_count",
        "transferred_from",
        "transferred_on",
        "reminder_count",
        "last_update",
    ]
    assert {field.name for field in spec.fields} == set(wanted)
    for field in spec.fields:
        assert all(field.headers.values()), field.name
        assert all(field.help.values()), field.name
    captions = [field.header("vi") for field in spec.fields]
    assert len(set(captions)) == len(captions)


def test_the_unit_workbook_shows_nothing_that_the_unit_may_not_know_or_write() -> None:
    for field in assignment_spec().shown_on("missing"):
        assert field.owner is Owner.OFFICE
    owners = {field.owner for field in assignment_spec().shown_on("update")}
    assert owners == set(Owner)


def test_the_example_of_the_python_api_runs_as_printed(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shipped("docs", "architecture.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(office.root.parent)
    shutil.copyfile(fill(office.issue("cctl"), {"NV-2026-00001": {"progress": "in_progress"}}), "tra-ve.xlsx")

    exec(compile(code, "architecture.md", "exec"), {})  # noqa: S102 - the documentation is the test

    assert office.rows()["NV-2026-00001", "cctl"]["progress"] == "in_progress"


def test_the_readme_names_every_command_and_both_set_up_lines() -> None:
    text = shipped("README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"`tdnv (-C \S+ )?{name}\b", text), name
    assert "python -m pip install uv && uv run tdnv demo" in text
    assert "python -m pip install uv && uv run pytest" in text
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert shipped(picture).exists(), picture
