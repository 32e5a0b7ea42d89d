"""The office's settings: `tdnv.toml` in its folder, every key with a default."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.officetoml import parsed, text_of

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
    journal: str = "Nhật ký tiếp nhận.xlsx"
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
    ledger_journal: Literal["auto", "wal", "delete"] = "auto"
    """How SQLite writes: `wal` on a disk of this machine, `delete` on a network share; `auto` finds out."""
    contact: str = ""
    """Whom a unit may call; printed in every unit workbook."""
    authority: str = ""
    """The body above the office, at the head of reports; empty: the one that issued the regulation."""
    place: str = ""
    """Where reports are signed (địa danh); empty: dots to fill in."""
    signer: str = ""
    """The post of who signs reports; empty: «Chánh Văn phòng»."""
    due_soon_days: int = 5
    spare_rows: int = 50
    """Empty rows in «Nhiệm vụ thiếu» and at the end of the register."""
    on_error: str = "rows"
    """`rows`: good rows go in, bad rows come back; `file`: all or nothing."""
    max_cleared_percent: int = 30
    """A file that empties a larger share of the filled cells that it speaks of is held (ten cells at least)."""
    confirmation: str = "regulation"
    """Whether completion waits for the office's confirmation: `regulation`, `yes` or `no`."""
    receipts: str = "all"
    """Which archived files get a text beside them: `all`, those with something to say (`problems`) or `none`."""
    as_of_cell: Literal["drawn", "today"] = "drawn"
    """What the register's as-of cell holds: the day it was `drawn` for, or `today`, whenever it is opened."""
    allocation: Literal["assigned", "deadline"] = "assigned"
    """By which day a task belongs to a report's period: the day it was `assigned`, or its `deadline` where it has one."""
    ageing_days: tuple[int, ...] = (30, 60, 120)
    """Last days of the bands of overdue tasks in reports, rising."""
    ranking: bool = False
    """Whether reports rank and class the units."""
    ranking_rate: str = "ty_le_dung_han_tren_den_han"
    """The rate that they are ranked by."""
    ranking_minimum: int = 5
    """Units whose rate rests on fewer tasks are not ranked."""
    ranking_thresholds: tuple[int, ...] = (90, 75, 50)
    """Lowest percentages of the classes, falling."""
    keep_closed: str = "year"
    """Closed rows the register still shows: `year` (closed in the as-of year), `all` or `none`."""
    watch_quiet_seconds: int = 2
    """Seconds for which a file in the inbox has not changed before `tdnv watch` takes it."""
    watch_scan_seconds: int = 3
    """Seconds between two looks of `tdnv watch` at the inbox when nothing wakes it earlier."""
    watch_mode: Literal["auto", "events", "poll"] = "auto"
    """`events`: the system wakes the look; `poll`: only the clock does; `auto`: polls on a network share."""
    watch_subfolders: bool = True
    """Whether files in folders inside the inbox are taken in too."""
    folders: Folders = field(default_factory=Folders)
    colours: Mapping[str, str] = field(default_factory=lambda: DEFAULT_COLOURS)


RANKED_BY: Final = (
    "ty_le_hoan_thanh_tren_giao",
    "ty_le_dung_han_tren_giao",
    "ty_le_dung_han_tren_hoan_thanh",
    "ty_le_hoan_thanh_tren_den_han",
    "ty_le_dung_han_tren_den_han",
    "ty_le_cap_nhat",
)
"""Rates of which more is better; their words and formulas stand in messages/rates.toml."""
_ALLOWED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "language": ("vi", "en"),
        "ledger_journal": ("auto", "wal", "delete"),
        "on_error": ("rows", "file"),
        "confirmation": ("regulation", "yes", "no"),
        "receipts": ("all", "problems", "none"),
        "as_of_cell": ("drawn", "today"),
        "allocation": ("assigned", "deadline"),
        "ranking_rate": RANKED_BY,
        "keep_closed": ("year", "all", "none"),
        "watch_mode": ("auto", "events", "poll"),
    }
)
_HIGHEST: Final[Mapping[str, int]] = MappingProxyType(
    {
        "due_soon_days": 366,
        "spare_rows": 10_000,
        "ranking_minimum": 100_000,
        "max_cleared_percent": 100,
        "watch_quiet_seconds": 600,
        "watch_scan_seconds": 3600,
    }
)
_LOWEST: Final[Mapping[str, int]] = MappingProxyType({"watch_quiet_seconds": 1, "watch_scan_seconds": 1})
"""Where it is not 0."""
_SWITCHES: Final = ("watch_subfolders", "ranking")
_RISING: Final[Mapping[str, tuple[bool, int]]] = MappingProxyType(
    {"ageing_days": (True, 10_000), "ranking_thresholds": (False, 100)}
)
"""Lists of whole numbers from 1: whether they rise or fall, and the highest."""
_DEFAULT_LISTS: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {"ageing_days": Settings().ageing_days, "ranking_thresholds": Settings().ranking_thresholds}
)
_WORKBOOKS: Final = ("register", "journal", "units")
_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{6}")
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""
_OWN: Final = (".tdnv", SETTINGS_FILE)


def load(path: Path) -> Settings:
    """Read `tdnv.toml`; raise `BadOfficeFile` naming the line or key that cannot be used."""
    raw = parsed(path, text_of(path))
    known = [f.name for f in fields(Settings)]
    for key, value in raw.items():
        if key not in known:
            raise BadOfficeFile(path, "unknown-setting", key=key, known=", ".join(known))
        if key not in {"folders", "colours"}:
            _check(path, key, value)
    folders = _table(path, "folders", raw.pop("folders", {}), [f.name for f in fields(Folders)])
    colours = _table(path, "colours", raw.pop("colours", {}), list(DEFAULT_COLOURS))
    _check_folders(path, Folders(**folders))
    for name, value in colours.items():
        if not _COLOUR.fullmatch(value):
            raise BadOfficeFile(path, "colour", key=f"colours.{name}", value=value)
    raw.update({key: tuple(raw[key]) for key in _RISING.keys() & raw.keys()})
    return Settings(**raw, folders=Folders(**folders), colours=MappingProxyType({**DEFAULT_COLOURS, **colours}))


def _check(path: Path, key: str, value: object) -> None:
    if key in _HIGHEST:
        lowest, highest = _LOWEST.get(key, 0), _HIGHEST[key]
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            values = {"value": _shown(value), "lowest": lowest, "highest": highest}
            raise BadOfficeFile(path, "not-a-number", key=key, **values)
        return
    if key in _RISING:
        _check_list(path, key, value)
        return
    if key in _SWITCHES:
        if not isinstance(value, bool):
            raise BadOfficeFile(path, "not-a-switch", key=key, value=_shown(value), allowed="true, false")
        return
    if not isinstance(value, str):
        raise BadOfficeFile(path, "not-a-text", key=key, value=_shown(value))
    if key in _ALLOWED and value not in _ALLOWED[key]:
        raise BadOfficeFile(path, "not-allowed", key=key, value=value, allowed=", ".join(_ALLOWED[key]))


def _check_list(path: Path, key: str, value: object) -> None:
    rises, highest = _RISING[key]
    given = value if isinstance(value, list) else []
    numbers = [one for one in given if isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= highest]
    if not numbers or len(numbers) != len(given) or numbers != sorted(set(numbers), reverse=not rises):
        example = ", ".join(map(str, _DEFAULT_LISTS[key]))
        raise BadOfficeFile(path, "not-a-list", key=key, value=_shown(value), highest=highest, example=example)


def _table(path: Path, name: str, raw: object, known: list[str]) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise BadOfficeFile(path, "not-a-table", key=name, value=_shown(raw))
    for key, value in raw.items():
        if key not in known:
            raise BadOfficeFile(path, "unknown-setting", key=f"{name}.{key}", known=", ".join(known))
        if not isinstance(value, str):
            raise BadOfficeFile(path, "not-a-text", key=f"{name}.{key}", value=_shown(value))
    return dict(raw)


def _check_folders(path: Path, folders: Folders) -> None:
    """Each name stands directly in the workspace, is fit for Windows and is no other's: an inbox takes in all it holds."""
    seen: dict[str, str] = {}
    for name in (f.name for f in fields(Folders)):
        key, value = f"folders.{name}", str(getattr(folders, name))
        if not value.strip(" .") or value.casefold() in _OWN:
            raise BadOfficeFile(path, "folder-outside", key=key, value=value)
        if _FORBIDDEN.search(value) or _RESERVED.fullmatch(value) or value != value.strip().rstrip("."):
            raise BadOfficeFile(path, "folder-name", key=key, value=value)
        if name in _WORKBOOKS and (not value.lower().endswith(".xlsx") or value.startswith((".", "~"))):
            raise BadOfficeFile(path, "not-xlsx", key=key, value=value)
        same = unicodedata.normalize("NFC", value).casefold()
        if same in seen:
            raise BadOfficeFile(path, "folder-twice", key=key, value=value, other=f"folders.{seen[same]}")
        seen[same] = name


def _shown(value: object) -> str:
    """Give a value as the file has it, so that people find it again."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def template(office: str, regulation: str, language: str) -> str:
    """Write the text of a new `tdnv.toml`, every setting with its default and a comment."""
    folders = "\n".join(f"# {f.name} = {_quoted(str(f.default))}" for f in fields(Folders))
    colours = "\n".join(f"# {name} = {_quoted(value)}" for name, value in DEFAULT_COLOURS.items())
    return f"""# Cài đặt của cơ quan. Dòng bắt đầu bằng # là giá trị mặc định; bỏ dấu # để sửa.
# Settings of the office. A line that starts with # shows the default; remove the # to change it.

office = {_quoted(office)}            # tên cơ quan, in trên mọi biểu / printed on every sheet
regulation = {_quoted(regulation)}    # quy chế áp dụng: mã hoặc tệp .toml để cạnh tệp này / the regulation in force here: id, or a .toml file beside this one
language = {_quoted(language)}        # vi | en
# contact = ""                 # họ tên, số điện thoại để đơn vị hỏi / whom a unit may call
# authority = ""               # cơ quan chủ quản ở đầu báo cáo; trống: cơ quan ban hành quy chế / the body above the office
# place = ""                   # địa danh trên báo cáo, như "Kon Tum"; trống: để dấu chấm / where reports are signed
# signer = ""                  # chức vụ người ký báo cáo; trống: Chánh Văn phòng / the post of who signs reports
# due_soon_days = 5            # báo «sắp đến hạn» trước mấy ngày / days before a deadline
# spare_rows = 50              # số dòng trống để ghi thêm / empty rows for additions
# on_error = "rows"            # rows: nhận dòng đúng, trả dòng sai; file: sai một dòng trả cả tệp
# max_cleared_percent = 30     # giữ lại tệp xóa trắng quá mấy phần trăm ô đã điền / a file that empties more is held
# confirmation = "regulation"  # hoàn thành phải được Văn phòng xác nhận: regulation | yes | no
# receipts = "all"             # giấy báo cạnh tệp trong lưu trữ: all | problems (chỉ khi có việc phải làm) | none
# as_of_cell = "drawn"         # ô «Tính đến ngày» của sổ: drawn (ngày vẽ) | today (luôn là hôm nay)
# allocation = "assigned"      # nhiệm vụ tính vào kỳ báo cáo theo: assigned (ngày giao) | deadline (thời hạn) / a task belongs to the period of its
# ageing_days = [30, 60, 120]  # các mốc số ngày quá hạn trong báo cáo / bands of overdue tasks
# ranking = false              # xếp thứ tự, xếp loại đơn vị trong báo cáo: true | false / rank the units
# ranking_rate = "ty_le_dung_han_tren_den_han"  # theo tỷ lệ nào / by which rate
# ranking_minimum = 5          # không xếp đơn vị có ít nhiệm vụ hơn / units with fewer tasks are not ranked
# ranking_thresholds = [90, 75, 50]  # mức thấp nhất (%) của từng loại / lowest percentage of each class
# keep_closed = "year"         # nhiệm vụ đã xong còn hiện trong sổ: year | all | none
# watch_quiet_seconds = 2      # tdnv watch nhận tệp khi mấy giây không còn thay đổi / quiet before a file is taken
# watch_scan_seconds = 3       # tdnv watch xem hộp đến mấy giây một lần / seconds between two looks at the inbox
# watch_mode = "auto"          # auto: tự nhận biết; poll: hộp đến nằm trên ổ mạng; events: nằm trên máy này
# watch_subfolders = true      # nhận cả tệp trong thư mục con của hộp đến: true | false
# ledger = ""                  # trống: .tdnv/ledger.db; hoặc "postgresql+psycopg://…"
# ledger_journal = "auto"      # auto: tự nhận biết; delete: sổ nằm trên ổ mạng dùng chung; wal: sổ nằm trên máy này

[folders]
{folders}

[colours]
{colours}
"""


def _quoted(text: str) -> str:
    # A text in JSON is one in TOML too.
    return json.dumps(text, ensure_ascii=False)
