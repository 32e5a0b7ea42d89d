"""The office's settings: what `tdnv init` writes means what the program does, and what cannot be meant is named by key."""

from __future__ import annotations

import codecs
import re
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.ledger.engine import engine_for
from tdnv_sheets.settings import DEFAULT_COLOURS, Folders, Settings, load, template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ran, SmallOffice

SECRET = "mat-khau-bi-mat"  # noqa: S105 - invented, to look for it in messages


def stopped(office: SmallOffice, *lines: str, lang: str = "vi", section: str = "") -> Ran:
    """Put lines at the head of the settings, or right under a section, and run a command."""
    path = office.root / "tdnv.toml"
    text = path.read_text(encoding="utf-8")
    new = "\n".join(lines) + "\n"
    text = text.replace(f"[{section}]\n", f"[{section}]\n{new}") if section else new + text
    path.write_text(text, encoding="utf-8")
    done = office.run("export", lang=lang)
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), done
    return done


# ------------------------------------------------------------------ defaults


def test_every_commented_line_of_a_new_file_shows_the_real_default(tmp_path: Path) -> None:
    default = Settings()
    text = template(default.office, default.regulation, default.language)
    bare, count = re.subn(r"(?m)^# (?=\w+ = )", "", text)
    (tmp_path / "tdnv.toml").write_text(bare, encoding="utf-8")

    assert load(tmp_path / "tdnv.toml") == default
    assert count == len(fields(Settings)) - 5 + len(fields(Folders)) + len(DEFAULT_COLOURS)


def test_a_new_file_as_it_is_gives_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "tdnv.toml").write_text(template("Văn phòng", "kon-tum-2022", "vi"), encoding="utf-8")

    assert load(tmp_path / "tdnv.toml") == Settings()


@pytest.mark.parametrize("name", ['Sở "A" \\ B', "Sở A\nPhòng B", "Sở\tA", "{office}"])
def test_an_office_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "tdnv.toml").write_text(template(name, "kon-tum-2022", "vi"), encoding="utf-8")

    assert load(tmp_path / "tdnv.toml").office == name


# ------------------------------------------------------------------ the file


def test_settings_that_notepad_saved_with_a_mark_are_read(office: SmallOffice) -> None:
    path = office.root / "tdnv.toml"
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())

    assert office.run("export").code == 0


def test_settings_saved_in_utf_16_are_refused_with_what_to_do(office: SmallOffice) -> None:
    path = office.root / "tdnv.toml"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")

    done = office.run("export")
    assert done.code == 4
    assert "UTF-16" in done.err
    assert "Lưu dưới dạng" in done.err


def test_settings_saved_in_an_old_encoding_are_named_by_line(office: SmallOffice) -> None:
    path = office.root / "tdnv.toml"
    path.write_bytes(b"# settings\n# \xd0\xf5n v\xde\n" + path.read_bytes())

    done = office.run("export")
    assert done.code == 4
    assert "dòng 2" in done.err


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("due_soon_days 5", "dòng 1: không hiểu được «due_soon_days 5»"),
        ("contact = “Phòng một cửa”", "dòng 1: không hiểu được «contact = “Phòng một cửa”»"),
        (r'contact = "\phòng"', "dòng 1: không hiểu được"),
    ],
)
def test_a_line_that_is_no_setting_is_shown(office: SmallOffice, line: str, shown: str) -> None:
    assert shown in stopped(office, line).err


def test_a_setting_that_stands_twice_is_shown(office: SmallOffice) -> None:
    assert "lặp lại" in stopped(office, "spare_rows = 1", "spare_rows = 2").err


def test_settings_cut_off_are_named_by_their_last_line(office: SmallOffice) -> None:
    (office.root / "tdnv.toml").write_text('office = "A"\nlanguage', encoding="utf-8")
    assert "dòng 2" in office.run("export").err


# ------------------------------------------------------------------ keys


@pytest.mark.parametrize(
    ("line", "vi", "en"),
    [
        ("coquan = 'X'", "không có cài đặt nào tên là «coquan»", "there is no setting «coquan»"),
        ("contact = 12", "«contact» đang ghi 12, nhưng phải là chữ", "it has to be a text"),
        ("ledger = true", "«ledger» đang ghi true", "«ledger» is true"),
        ("spare_rows = '50'", "«spare_rows» đang ghi «50», nhưng phải là số nguyên", "a whole number"),
        ("spare_rows = -1", "số nguyên từ 0 đến 10000", "from 0 to 10000"),
        ("due_soon_days = 5.5", "đang ghi «5.5»", "is «5.5»"),
        ("due_soon_days = true", "đang ghi «true»", "is «true»"),
        ("due_soon_days = 99999", "từ 0 đến 366", "from 0 to 366"),
        ("on_error = 'row'", "«row», nhưng chỉ được chọn một trong: rows, file", "one of: rows, file"),
        ("keep_closed = 'năm'", "year, all, none", "year, all, none"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_setting_is_named_with_its_value_and_what_is_right(
    office: SmallOffice, line: str, vi: str, en: str, lang: str
) -> None:
    done = stopped(office, line, lang=lang)
    assert "tdnv.toml" in done.err
    assert {"vi": vi, "en": en}[lang] in done.err


def test_a_section_that_is_no_section_is_named(tmp_path: Path) -> None:
    (tmp_path / "tdnv.toml").write_text('folders = "den"\n', encoding="utf-8")
    with pytest.raises(BadOfficeFile, match="not-a-table"):
        load(tmp_path / "tdnv.toml")


@pytest.mark.parametrize("value", ["red", "đỏ", "#FFC7CE", "FFC7C", "FFC7CE00", "", "FFC7CＥ"])
def test_a_colour_is_six_hexadecimal_digits(office: SmallOffice, value: str) -> None:
    done = stopped(office, f'overdue = "{value}"', section="colours")
    assert "colours.overdue" in done.err
    assert f"«{value}»" in done.err


def test_a_colour_may_be_written_in_small_letters(office: SmallOffice) -> None:
    path = office.root / "tdnv.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('# overdue = "F8CBAD"', 'overdue = "f8cbad"'), "utf-8")
    assert office.run("render").code == 0


# ------------------------------------------------------------------ names in the workspace


@pytest.mark.parametrize(
    "line",
    [
        "inbox = ''",
        "inbox = '.'",
        "inbox = '..'",
        "inbox = ' '",
        "inbox = '.tdnv'",
        "inbox = 'TDNV.toml'",
        "inbox = '/tmp'",
        "inbox = '../den'",
        "inbox = 'C:\\den'",
        "inbox = 'a/b'",
        "reports = 'báo cáo?'",
        "reports = 'báo cáo.'",
        "reports = ' báo cáo'",
        "reports = 'NUL'",
        "reports = 'con.txt'",
        "outbox = 'den'",
        "calendar = 'don-vi.xlsx'",
        "register = 'so-theo-doi.xls'",
        "register = '.xlsx'",
        "register = '~$sổ.xlsx'",
        "units = 'don-vi.csv'",
    ],
)
def test_a_name_that_leads_elsewhere_or_is_taken_is_refused(office: SmallOffice, line: str) -> None:
    key, _, value = line.partition(" = ")
    done = stopped(office, line, section="folders")
    assert f"folders.{key}" in done.err
    assert f"«{value.strip(chr(39))}»" in done.err


@pytest.mark.parametrize("value", ["gui-di", "GUI-DI"])
def test_an_inbox_that_would_take_in_issued_workbooks_names_both_settings(office: SmallOffice, value: str) -> None:
    done = stopped(office, f'inbox = "{value}"', section="folders")
    assert "folders.inbox" in done.err
    assert "folders.outbox" in done.err


def test_names_with_marks_blanks_and_points_are_allowed(tmp_path: Path) -> None:
    text = '[folders]\ninbox = "Hộp thư đến"\nregister = "Sổ 2026.XLSX"\nreports = "báo.cáo"\n'
    (tmp_path / "tdnv.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "tdnv.toml").folders.inbox == "Hộp thư đến"


# ------------------------------------------------------------------ the ledger's address


@pytest.mark.parametrize(
    ("address", "vi", "en"),
    [
        ("abc", "không đúng cách ghi", "cannot be read"),
        (f"postgresql:/ai:{SECRET}@may/so?password={SECRET}", "không đúng cách ghi", "cannot be read"),
        (f"postgresql://ai:{SECRET}@may:cong/so", "không đúng cách ghi", "cannot be read"),
        (f"mysql://ai:{SECRET}@may/so", "loại cơ sở dữ liệu «mysql»", "of the kind «mysql»"),
        (f"khongco://ai:{SECRET}@may/so", "«khongco»", "«khongco»"),
        (f"postgresql+khongco://ai:{SECRET}@may/so", "«postgresql+khongco»", "«postgresql+khongco»"),
        (f"postgresql+psycopg://ai:{SECRET}@may/so?password={SECRET}", "thư viện «psycopg»", "the library «psycopg»"),
        ("sqlite:////khong/co/so.db", "không mở được tệp", "the file cannot be opened"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_address_that_leads_to_no_ledger_is_explained_without_its_password(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, *, address: str, vi: str, en: str, lang: str
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    done = stopped(office, f'ledger = "{address}"', lang=lang)
    assert {"vi": vi, "en": en}[lang] in done.err
    assert SECRET not in done.err


def test_a_file_that_is_no_ledger_is_said_in_our_words(office: SmallOffice) -> None:
    (office.space.hidden / "ledger.db").write_bytes(b"no database " * 100)
    done = office.run("export")
    assert done.code == 4
    assert "không phải là sổ cái" in done.err


def test_an_address_with_a_password_opens_what_it_names(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'so@1.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()
    assert (tmp_path / "so@1.db").exists()
