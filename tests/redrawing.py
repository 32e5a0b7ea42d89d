"""What tests of the redraw share: a small register without a ledger, edited as the office would, and drawn again into its file."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openpyxl import load_workbook

from tdnv_sheets.graft.graft import graft
from tdnv_sheets.graft.touched.keep import touched
from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.records import EXTRA, Assignment
from tdnv_sheets.render.register import SHEETS, draw_register
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp, encode
from tests.registers import TASKS, TaskSheet
from tests.render_register_test import AS_OF, register_row, register_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.graft.sheet import Lost
    from tdnv_sheets.records import Value
    from tdnv_sheets.render.view import RegisterView, Row

TITLES: Final = {name: tuple(say(f"register.sheet_{name}", lang) for lang in LANGUAGES) for name in SHEETS}
TOKEN: Final = encode(
    Stamp("register", TEMPLATE_VERSION, "so-thu", "6", "", AS_OF.isoformat(), 17, "0" * 32), b"khoa thu nghiem"
)


class Redrawn(NamedTuple):
    """A register after a redraw."""

    data: bytes
    lost: tuple[Lost, ...]
    looks_added: int

    @property
    def book(self) -> Any:  # noqa: ANN401 - openpyxl's sheets are many types
        return load_workbook(io.BytesIO(self.data))

    @property
    def tasks(self) -> TaskSheet:
        return TaskSheet(self.book[TASKS])


def view_of(rows: Sequence[Row], *, own: Sequence[str] = (), spare: int = 4) -> RegisterView:
    """Give the view of a register with these rows and no open conflict."""
    return replace(
        register_view(0),
        token=TOKEN,
        rows=tuple(rows),
        counted=tuple(rows),
        extra_headers=tuple(own),
        conflicts=(),
        spare_rows=spare,
    )


def rows_of(*numbers: int, own: dict[str, dict[int, Value]] | None = None) -> list[Row]:
    """Give rows by their numbers, without the office's own columns but those of *own*: caption → number → value."""
    out = []
    for number in numbers:
        row = register_row(number)
        fields = {name: value for name, value in row.assignment.fields.items() if not name.startswith(EXTRA)}
        fields |= {EXTRA + caption: cells[number] for caption, cells in (own or {}).items() if number in cells}
        out.append(replace(row, assignment=Assignment(row.assignment.key, fields)))
    return out


def task(number: int) -> str:
    """Give the id of the row of that number."""
    return register_row(number).assignment.key.task_id


def drawn(view: RegisterView) -> bytes:
    """Draw a register."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "so.xlsx"
        draw_register(view, path)
        return path.read_bytes()


def redrawn(office: bytes, view: RegisterView) -> Redrawn:
    """Draw a register into the office's file."""
    done = graft(office, drawn(view), TITLES, touched)
    out = io.BytesIO()
    done.write(out)
    return Redrawn(out.getvalue(), done.lost, done.looks_added)


class Edited:
    """A register that is being edited with openpyxl, and its bytes afterwards."""

    def __init__(self, data: bytes) -> None:
        self.book: Any = load_workbook(io.BytesIO(data))
        self.tasks = TaskSheet(self.book[TASKS])
        self.sheet: Any = self.tasks.sheet
        self.data = data


@contextmanager
def edited(data: bytes) -> Iterator[Edited]:
    """Open a register, let it be changed, save it."""
    work = Edited(data)
    yield work
    out = io.BytesIO()
    work.book.save(out)
    work.data = out.getvalue()
