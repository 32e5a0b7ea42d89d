"""A ledger of an older program is brought to today's layout, whole or not at all; one of a later program is left alone."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tdnv_sheets.ledger import migrations
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.arrivals import read_arrivals
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Key, Trail
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD = Path(__file__).with_name("layout_1.sql")
"""A ledger as the first program wrote it: the text is never changed."""
KEY, OTHER, BARE = Key("NV-2026-00001", "cctl"), Key("NV-2026-00001", "cckl"), Key("NV-2026-00002", "khtc")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    connection = sqlite3.connect(path)
    connection.executescript(OLD.read_text(encoding="utf-8"))
    connection.close()
    return path


def schema(path: Path) -> Mapping[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("select name, sql from sqlite_master where sql is not null").fetchall()
    connection.close()
    return {name: re.sub(r"[\s\"]+", " ", sql).replace("( ", "(").lower() for name, sql in rows}


def described(connection: sa.Connection, table: sa.Table) -> Mapping[str, Any]:
    """Say how a table is made, as the database sees it."""
    look = sa.inspect(connection)
    name = table.name
    return {
        "columns": [(one["name"], str(one["type"]), one["nullable"]) for one in look.get_columns(name)],
        "checks": sorted((one["name"] or "", one["sqltext"].lower()) for one in look.get_check_constraints(name)),
        "unique": [one["column_names"] for one in look.get_unique_constraints(name)],
        "foreign": [(one["constrained_columns"], one["referred_table"]) for one in look.get_foreign_keys(name)],
        "indexes": sorted((one["name"] or "", str(one["column_names"])) for one in look.get_indexes(name)),
    }


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
    found = {name: sorted(connection.execute(f"select * from {name}").fetchall(), key=str) for name in names}  # noqa: S608
    connection.close()
    return found


def test_an_old_ledger_gets_the_very_tables_of_a_new_one_and_loses_nothing(old: Path, tmp_path: Path) -> None:
    before = rows_of(old)
    Ledger.at(f"sqlite:///{tmp_path / 'new.db'}").close()

    ledger = Ledger.at(f"sqlite:///{old}")

    assert schema(old) == schema(tmp_path / "new.db")
    after = rows_of(old)
    assert {name: len(after[name]) for name in before} == {name: len(rows) for name, rows in before.items()}
    for name in ("tasks", "changes", "conflicts", "proposals", "drawings"):
        assert after[name] == before[name], name
    assert ledger.trails() == {
        KEY: Trail(1, date(2026, 6, 3), date(2026, 6, 30)),
        OTHER: Trail(0, date(2026, 5, 20)),
        BARE: Trail(),
        Key("NV-2026-00003", "cctl"): Trail(),
    }
    assert ledger.at_revision([KEY], 2)[KEY]["deadline"] == date(2026, 6, 30)
    assert [ledger.issue(name).revision for name in ("i0", "i1")] == [0, 1]  # type: ignore[union-attr]
    assert ledger.own_columns().headers == ("Tổ",)
    ledger.close()


def test_what_the_new_tables_ask_for_is_found_in_the_old_ones(old: Path) -> None:
    ledger = Ledger.at(f"sqlite:///{old}")
    with ledger.writing() as connection:
        days = connection.execute(sa.select(t.revisions.c.day).order_by(t.revisions.c.number)).scalars().all()
        files = {row.digest: row.verdict for row in connection.execute(sa.select(t.files))}
        entered = [tuple(row) for row in connection.execute(sa.select(t.removals))]
        steps = [(row.layout, row.program) for row in connection.execute(sa.select(t.migrations))]
    ledger.close()

    # The unit's day stands with its last file; of the others the day on which they were written is all that is known.
    assert days == [date(2026, 6, day) for day in (1, 3, 3, 4, 5)]
    # The old program took the same content whole twice; the second time it had nothing new to say.
    assert files == {"d1": "partly", "d2": "accepted", "d3": "duplicate", "d4": "accepted"}
    assert entered == [(1, *BARE, True)]
    assert steps == [(layout, version("tdnv-sheets")) for layout in (2, 3, 4)]


def test_the_files_that_an_old_ledger_remembers_begin_the_list_of_arrivals(old: Path) -> None:
    before = rows_of(old)["files"]
    ledger = Ledger.at(f"sqlite:///{old}")
    arrivals = read_arrivals(ledger, limit=100)
    ledger.close()

    assert len(arrivals) == len(before)
    assert {one.digest for one in arrivals} == {"d1", "d2", "d3", "d4"}
    assert [one.at for one in arrivals] == sorted((one.at for one in arrivals), reverse=True)
    (partly,) = (one for one in arrivals if one.digest == "d1")
    assert (partly.verdict, partly.kept, partly.undone) == ("partly", "", False)


def test_a_ledger_of_layout_2_is_brought_up_to_date_on_every_database(ledger_url: str) -> None:
    ledger = Ledger.at(ledger_url)
    file = {"digest": "d" * 64, "content": "", "name": "tệp.xlsx", "at": NOW, "unit": "cctl", "period": "2026-M06"}
    counts = {"rows": {"updated": 2, "refused": 1}, "cells": {}}
    found = [{"code": "not-a-date", "sheet": "Cập nhật", "cell": "S6", "row": 6, "values": {}}]
    with ledger.writing() as connection:
        wanted = [described(connection, table) for table in (t.arrivals, t.frozen)]
        for table in (t.arrivals, t.frozen):
            connection.execute(sa.schema.DropTable(table))
        connection.execute(sa.update(t.about).where(t.about.c.name == "layout").values(value="2"))
        connection.execute(sa.delete(t.migrations))
        kept = {**file, "verdict": "undone", "findings": json.dumps(found), "counts": json.dumps(counts)}
        connection.execute(sa.insert(t.files), kept)
    ledger.close()

    ledger = Ledger.at(ledger_url)
    with ledger.writing() as connection:
        assert [described(connection, table) for table in (t.arrivals, t.frozen)] == wanted
        assert connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == "layout")) == str(t.LAYOUT)
    (one,) = read_arrivals(ledger, limit=9)
    write = sa.update(t.arrivals).values(verdict="accepted")
    for forbidden in (write, sa.delete(t.arrivals)):
        with pytest.raises(sa.exc.DBAPIError, match="never"), ledger.writing() as connection:
            connection.execute(forbidden)
    ledger.close()

    assert (one.name, one.verdict, one.rows, one.held, one.codes) == ("tệp.xlsx", "partly", 3, 1, ("not-a-date",))


def test_a_ledger_is_brought_up_to_date_once(old: Path) -> None:
    Ledger.at(f"sqlite:///{old}").close()
    once = rows_of(old)
    Ledger.at(f"sqlite:///{old}").close()

    assert rows_of(old) == once


def test_a_step_that_fails_leaves_the_old_ledger_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, tables = rows_of(old), schema(old)

    class Clock:
        @staticmethod
        def now() -> datetime:
            message = "the power goes out"
            raise OSError(message)

    monkeypatch.setattr(migrations, "datetime", Clock)
    with pytest.raises(OSError, match="power"):
        Ledger.at(f"sqlite:///{old}")

    assert (rows_of(old), schema(old)) == (before, tables)
