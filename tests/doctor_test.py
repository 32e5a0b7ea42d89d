"""`tdnv doctor` looks at what is there, says what to do about what is not well, and works when everything else does not."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import string
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import tdnv_sheets
from tdnv_sheets.ledger import health
from tdnv_sheets.ledger.place import Journal
from tdnv_sheets.messages.catalogue import LANGUAGES, area
from tdnv_sheets.pipeline.doctor import State, examine
from tests.conftest import SmallOffice, run
from tests.databases import fresh, keep_ledger_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.pipeline.doctor import Line

SOURCE = Path(tdnv_sheets.__file__).parent / "pipeline" / "doctor"
NOW = datetime(2026, 11, 21, 9)  # noqa: DTZ001 - the clock on the office's wall


def lines(office: SmallOffice | Path, now: datetime = NOW, *, verify: bool = False) -> dict[str, Line]:
    root = office if isinstance(office, Path) else office.root
    return {line.code: line for line in examine(root, now, verify=verify)}


def states(office: SmallOffice | Path) -> dict[str, State]:
    return {code: line.state for code, line in lines(office).items() if line.state is not State.OK}


# ------------------------------------------------------------------ all is well


def test_an_office_that_is_well_is_said_to_be_in_both_languages(office: SmallOffice) -> None:
    before = {path: path.read_bytes() for path in office.root.rglob("*") if path.is_file()}

    for lang, words in (("vi", "Mọi thứ đều tốt."), ("en", "All is well.")):
        done = office.run("doctor", "--verify", lang=lang)
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[-1] == words
        assert len(done.out.splitlines()) > 15

    assert "khớp hoàn toàn" in office.run("doctor", "--verify").out
    after = {path: path.read_bytes() for path in office.root.rglob("*") if path.is_file()}
    assert {path for path in before.keys() ^ after.keys() if not path.name.endswith(("-wal", "-shm"))} == set()
    assert all(after[path] == data for path, data in before.items() if not path.name.startswith("ledger.db"))


def test_programs_read_the_same_as_json(office: SmallOffice) -> None:
    found = office.run("doctor", "--format", "json").json

    assert {frozenset(line) for line in found} == {frozenset(("check", "state", "code", "message", "fix"))}
    assert {line["state"] for line in found} == {"ok"}
    checks = {line["check"] for line in found}
    assert checks >= {
        "program",
        "libraries",
        "reader",
        "workspace",
        "folders",
        "key",
        "lock",
        "disk",
        "ledger",
        "units",
    }


def test_a_ledger_on_a_server_is_described_without_its_password(office: SmallOffice, tmp_path: Path) -> None:
    with fresh("postgresql", tmp_path) as url:
        keep_ledger_in(office.space, url)
        settings = office.root / "tdnv.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("postgres@", "postgres:mat-khau-kin@"), encoding="utf-8")

        done = office.run("doctor", "--verify")

    assert done.code == 0, done
    assert "PostgreSQL 1" in done.out
    assert "mat-khau-kin" not in done.out
    assert "khớp hoàn toàn" in done.out


# ------------------------------------------------------------------ something is not


def spoil_key(space: Workspace) -> None:
    space.key_file.write_text("abcd", encoding="ascii")


def open_key(space: Workspace) -> None:
    space.key_file.chmod(0o644)


def lose_inbox(space: Workspace) -> None:
    space.inbox.rmdir()


def lose_reports(space: Workspace) -> None:
    space.reports.rmdir()


def lose_units(space: Workspace) -> None:
    space.units.unlink()


def spoil_calendar(space: Workspace) -> None:
    space.calendar.write_text("ngay\nhôm qua\n", encoding="utf-8")


def lose_register(space: Workspace) -> None:
    space.register.unlink()


def spoil_register(space: Workspace) -> None:
    space.register.write_bytes(b"PK\x03\x04 no workbook any more")


def open_register(space: Workspace) -> None:
    space.register.with_name(f".~lock.{space.register.name}#").write_text(",Chị Lan,máy 3,", encoding="utf-8")


def lose_ledger(space: Workspace) -> None:
    (space.hidden / "ledger.db").unlink()


def empty_ledger(space: Workspace) -> None:
    (space.hidden / "ledger.db").write_bytes(b"")


def leave_lock(space: Workspace) -> None:
    space.lock.write_text(json.dumps({"host": "máy khác", "pid": 1, "since": 0}), encoding="utf-8")


def leave_work(space: Workspace) -> None:
    space.work.mkdir(exist_ok=True)
    (space.work / "bản.xlsx").touch()


Spoilt = dict["Callable[[Workspace], None]", tuple[str, State]]
MUCH: Spoilt = {
    spoil_key: ("key-unusable", State.BROKEN),
    lose_inbox: ("folder-missing", State.BROKEN),
    lose_reports: ("folder-to-be-made", State.NOTE),
    spoil_calendar: ("declaration-unusable", State.BROKEN),
    lose_register: ("register-none", State.NOTE),
    empty_ledger: ("ledger-gone", State.BROKEN),
    leave_lock: ("lock-left", State.NOTE),
    leave_work: ("left-in-work", State.NOTE),
}
MORE: Spoilt = {
    lose_units: ("units-gone", State.BROKEN),
    spoil_register: ("register-unreadable", State.ATTENTION),
    open_register: ("register-open", State.NOTE),
    lose_ledger: ("ledger-gone", State.BROKEN),
}
if sys.platform != "win32":
    MORE[open_key] = ("key-open", State.ATTENTION)


@pytest.mark.parametrize("spoilt", [MUCH, MORE])
def test_all_that_is_not_well_is_said_at_once_with_what_to_do(office: SmallOffice, spoilt: Spoilt) -> None:
    for spoil in spoilt:
        spoil(office.space)

    assert states(office) == dict(spoilt.values())
    assert (office.space.hidden / "ledger.db").exists() == (lose_ledger not in spoilt)
    for lang in LANGUAGES:
        found = office.run("doctor", "--format", "json", lang=lang).json
        assert all((line["fix"] is None) == (line["state"] == "ok") for line in found)


def test_exit_codes_say_how_bad_it_is(office: SmallOffice) -> None:
    lose_register(office.space)
    assert office.run("doctor").code == 0
    office.space.register.write_bytes(b"PK")
    assert office.run("doctor").code == 1
    lose_units(office.space)
    done = office.run("doctor", "--format", "json")
    assert done.code == 4
    assert [line["fix"] for line in done.json if line["state"] == "broken"] == [
        "Khôi phục tệp này từ bản sao lưu, hoặc chép lại từ danh sách gốc."
    ]


def test_doctor_works_without_a_workspace_and_with_settings_that_cannot_be_read(tmp_path: Path) -> None:
    done = run("-C", tmp_path, "doctor")
    assert done.code == 4
    assert "tdnv init" in done.out

    (tmp_path / "tdnv.toml").write_text("office = \n", encoding="utf-8")
    done = run("-C", tmp_path, "doctor")
    assert (done.code, done.err) == (4, "")
    assert "tdnv.toml" in done.out
    assert states(tmp_path) == {"no-workspace": State.BROKEN}


def test_a_library_that_is_missing_is_named(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "tdnv_sheets.pipeline.doctor.machine.metadata.requires"
    monkeypatch.setattr(asked, lambda _: ["click>=8", "no-such-library>=1", 'pyarrow ; extra == "nothing"'])

    line = lines(office)["libraries-missing"]

    assert (line.state, line.values) == (State.BROKEN, {"names": "no-such-library"})


@pytest.mark.parametrize(("free", "code"), [(50, "disk-full"), (500, "disk-low"), (5000, "disk")])
def test_the_room_on_the_disk_is_said(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    usage = SimpleNamespace(free=free * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr("tdnv_sheets.pipeline.doctor.reader_lines", lambda: iter(()))

    assert code in lines(office)


# ------------------------------------------------------------------ the ledger


@pytest.mark.parametrize(
    ("shared", "wish", "code", "state"),
    [
        ("cifs", "auto", "share", State.NOTE),
        ("cifs", "wal", "share-wal", State.ATTENTION),
        ("?", "auto", "share-unknown", State.NOTE),
        ("", "auto", "local", State.OK),
        ("", "delete", "local-no-wal", State.OK),
    ],
)
def test_a_ledger_on_a_network_share_is_said_to_be_with_what_that_means(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, *, shared: str, wish: str, code: str, state: State
) -> None:
    def place(_path: Path, wish: Any, _asked: object = None) -> Journal:  # noqa: ANN401 - as the settings have it
        return Journal(wish if wish != "auto" else "delete" if shared else "wal", shared)

    monkeypatch.setattr("tdnv_sheets.ledger.engine.journal_for", place)
    monkeypatch.setattr("tdnv_sheets.pipeline.doctor.reader_lines", lambda: iter(()))
    settings = office.root / "tdnv.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'ledger_journal = "{wish}"\n{text}', encoding="utf-8")

    assert lines(office)[code].state is state


def test_what_somebody_wrote_into_the_database_is_listed_by_task_and_field(office: SmallOffice) -> None:
    connection = sqlite3.connect(office.space.hidden / "ledger.db")
    with connection:
        (text,) = connection.execute("select fields from assignments where task_id = 'NV-2026-00001'").fetchone()
        fields = {**json.loads(text), "difficulty": "ai đó ghi vào"}
        connection.execute(
            "update assignments set fields = ? where task_id = 'NV-2026-00001'",
            (json.dumps(fields, ensure_ascii=False),),
        )
    connection.close()

    assert office.run("doctor").code == 0
    done = office.run("doctor", "--verify")

    assert done.code == 1
    (line,) = (line for line in done.out.splitlines() if "NV-2026-00001" in line)
    assert "«Khó khăn, vướng mắc, nguyên nhân»" in line
    assert "ai đó ghi vào" in line


def test_a_page_that_is_spoilt_where_no_command_reads_is_found(office: SmallOffice) -> None:
    path = office.space.hidden / "ledger.db"
    connection = sqlite3.connect(path)
    connection.execute("pragma wal_checkpoint(truncate)")
    (page,) = connection.execute("select rootpage from sqlite_master where name = 'changes_by_revision'").fetchone()
    (size,) = connection.execute("pragma page_size").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size + 8 : page * size] = b"\0" * (size - 8)
    path.write_bytes(data)

    done = office.run("doctor")

    assert done.code == 4
    assert "[Hỏng] Tệp sổ cái bị hỏng" in done.out


def test_a_ledger_of_another_layout_is_left_as_it_is(office: SmallOffice) -> None:
    path = office.space.hidden / "ledger.db"
    for layout, code in ((health.KNOWN_LAYOUT - 1, "layout-old"), (health.KNOWN_LAYOUT + 1, "ledger-unusable")):
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("update about set value = ? where name = 'layout'", (str(layout),))
        connection.close()
        assert code in lines(office)
        connection = sqlite3.connect(path)
        assert connection.execute("select value from about where name = 'layout'").fetchone() == (str(layout),)
        connection.close()


def test_a_clock_that_was_set_back_is_noticed(office: SmallOffice) -> None:
    early = datetime(2025, 1, 1, 8)  # noqa: DTZ001 - as above

    found = {line.code: line.state for line in examine(office.root, early)}

    assert found["clock-behind"] is State.ATTENTION


# ------------------------------------------------------------------ words


def test_every_line_has_its_words_with_all_that_they_ask_for_and_no_word_is_left_over() -> None:
    said: dict[str, ast.Call] = {}
    texts: set[str] = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Line":
                codes = [part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)]
                said |= {str(code): node for code in codes}
    entries = area("doctor")

    assert said.keys() <= entries.keys()
    assert len(said) > 40
    own = {code for code in entries if not code.startswith(("state-", "all-"))}
    assert own <= texts
    assert {code.removeprefix("all-") for code in entries if code.startswith("all-")} == {s.name.lower() for s in State}
    for code in own:
        for lang in LANGUAGES:
            asked = {name for _, name, _, _ in string.Formatter().parse(entries[code][lang]) if name}
            fix = {name for _, name, _, _ in string.Formatter().parse(entries[code].get(f"fix_{lang}", "")) if name}
            assert fix <= asked, code
