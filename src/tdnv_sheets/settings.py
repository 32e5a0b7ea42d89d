"""The office's settings: `tdnv.toml` in its folder, every key with a default."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenDeclaration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTINGS_FILE: Final = "tdnv.toml"

DEFAULT_COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "overdue": "F8CBAD",
        "due_soon": "FFE699",
        "completed_late": "FCE4D6",
        "completed_on_time": "E2EFDA",
        "undated": "DDEBF7",
        "closed": "D9D9D9",
        "unit_cell": "FFFFFF",
        "office_cell": "EDEDED",
        "wrong_cell": "FFC7CE",
        "warning_cell": "FFEB9C",
        "header": "1F4E78",
    }
)
"""Fill colours as RRGGBB; never the only sign, the words stand beside them."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Names of files and folders inside the workspace."""

    register: str = "so-theo-doi.xlsx"
    units: str = "don-vi.xlsx"
    calendar: str = "lich.csv"
    inbox: str = "den"
    outbox: str = "gui-di"
    returned: str = "tra-lai"
    archive: str = "luu-tru"
    quarantine: str = "cach-ly"
    reports: str = "bao-cao"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an office may choose; see `tdnv.toml`, which `tdnv init` writes with every default in it."""

    office: str = "Văn phòng"
    regulation: str = "kon-tum-2022"
    language: str = "vi"
    ledger: str = ""
    """SQLAlchemy address of the ledger; empty for SQLite in `.tdnv/ledger.db`."""
    contact: str = ""
    """Whom a unit may call; printed in every unit workbook."""
    due_soon_days: int = 5
    spare_rows: int = 50
    """Empty rows in «Nhiệm vụ thiếu» and at the end of the register."""
    on_error: str = "rows"
    """`rows`: good rows go in, bad rows come back; `file`: all or nothing."""
    confirmation: str = "regulation"
    """Whether completion waits for the office's confirmation: `regulation`, `yes` or `no`."""
    keep_closed: str = "year"
    """Closed rows the register still shows: `year` (closed in the as-of year), `all` or `none`."""
    folders: Folders = field(default_factory=Folders)
    colours: Mapping[str, str] = field(default_factory=lambda: DEFAULT_COLOURS)


_ALLOWED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "language": ("vi", "en"),
        "on_error": ("rows", "file"),
        "confirmation": ("regulation", "yes", "no"),
        "keep_closed": ("year", "all", "none"),
    }
)


def load(path: Path) -> Settings:
    """Read `tdnv.toml`; raise `BrokenDeclaration` naming the key that cannot be used."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except tomllib.TOMLDecodeError as problem:
        raise BrokenDeclaration(path, "(toml)", str(problem)) from problem
    known = {f.name: f for f in fields(Settings)}
    for key, value in raw.items():
        if key not in known:
            raise BrokenDeclaration(path, key, "no such setting")
        _check(path, key, value)
    folders = _table(path, "folders", raw.pop("folders", {}), {f.name for f in fields(Folders)})
    colours = _table(path, "colours", raw.pop("colours", {}), set(DEFAULT_COLOURS))
    return Settings(**raw, folders=Folders(**folders), colours=MappingProxyType({**DEFAULT_COLOURS, **colours}))


def _check(path: Path, key: str, value: object) -> None:
    if key in {"folders", "colours"}:
        return
    wanted = int if key in {"due_soon_days", "spare_rows"} else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise BrokenDeclaration(path, key, f"{value!r} is not of type {wanted.__name__}")
    if key in _ALLOWED and value not in _ALLOWED[key]:
        raise BrokenDeclaration(path, key, f"{value!r} is none of {', '.join(_ALLOWED[key])}")
    if isinstance(value, int) and value < 0:
        raise BrokenDeclaration(path, key, f"{value} is negative")


def _table(path: Path, name: str, raw: object, known: set[str]) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise BrokenDeclaration(path, name, "is not a table")
    for key, value in raw.items():
        if key not in known:
            raise BrokenDeclaration(path, f"{name}.{key}", "no such setting")
        if not isinstance(value, str) or not value:
            raise BrokenDeclaration(path, f"{name}.{key}", f"{value!r} is not a text")
    return dict(raw)


def template(office: str, regulation: str, language: str) -> str:
    """Write the text of a new `tdnv.toml`, every setting with its default and a comment."""
    folders = "\n".join(f'# {f.name} = "{f.default}"' for f in fields(Folders))
    colours = "\n".join(f'# {name} = "{value}"' for name, value in DEFAULT_COLOURS.items())
    quoted = office.replace("\\", "\\\\").replace('"', '\\"')
    return f"""# Cài đặt của cơ quan. Dòng bắt đầu bằng # là giá trị mặc định; bỏ dấu # để sửa.
# Settings of the office. A line that starts with # shows the default; remove the # to change it.

office = "{quoted}"            # tên cơ quan, in trên mọi biểu / printed on every sheet
regulation = "{regulation}"    # quy chế áp dụng / the regulation in force here
language = "{language}"        # vi | en
# contact = ""                 # họ tên, số điện thoại để đơn vị hỏi / whom a unit may call
# due_soon_days = 5            # báo «sắp đến hạn» trước mấy ngày / days before a deadline
# spare_rows = 50              # số dòng trống để ghi thêm / empty rows for additions
# on_error = "rows"            # rows: nhận dòng đúng, trả dòng sai; file: sai một dòng trả cả tệp
# confirmation = "regulation"  # hoàn thành phải được Văn phòng xác nhận: regulation | yes | no
# keep_closed = "year"         # nhiệm vụ đã xong còn hiện trong sổ: year | all | none
# ledger = ""                  # trống: .tdnv/ledger.db; hoặc "postgresql+psycopg://…"

[folders]
{folders}

[colours]
{colours}
"""
