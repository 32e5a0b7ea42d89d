"""Draw `docs/findings.md`, the page of everything that is ever said about a file, from the catalogue of words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Level, Severity
from tdnv_sheets.messages.catalogue import area, example_of, finding_fix, finding_hint, finding_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).resolve().parent / "findings.md"

HEAD: Final = """\
# What can be said about a file

Drawn by `uv run python docs/redraw.py` from `src/tdnv_sheets/messages/findings.toml`; change the words there.
The severity decides what becomes of a file, the level decides when checking ends.

| severity | in Vietnamese | what it does |
|---|---|---|
| `error` | Phải sửa | holds back the row, or the whole file where it is about no single row |
| `warning` | Cần xem lại | the row is taken in; a person should look at it |
| `fixed` | Đã tự chỉnh | repaired without asking, and listed |
| `info` | Để biết | nothing to do |

Levels are checked from the most fundamental on. All findings of a level come at once; after a level with errors the
next ones are not checked. Vietnamese stands first, English below it. The words are filled with examples.
"""
LEVELS: Final = {
    Level.FILE: ("The file", "Can it be opened safely at all?"),
    Level.WORKBOOK: ("The workbook", "Is it ours, whose is it, and is it complete?"),
    Level.HEADER: ("The header", "Is every column there, and which is which?"),
    Level.TABLE: ("The table", "What is there to say about all rows together?"),
    Level.ROW: ("The row", "Which task is it?"),
    Level.CELL: ("The cell", "Is the value of the kind that the column asks for?"),
    Level.CROSS: ("Cells against each other", "Does a row agree with itself, and with the calendar?"),
}


def page() -> str:
    """Give the page."""
    return "\n".join([HEAD, *(line for level in Level for line in _section(level))])


def _section(level: Level) -> Iterator[str]:
    title, question = LEVELS[level]
    yield f"## {title} (`{level}`)\n\n{question}\n"
    yield "| code | what is said | what to do | hint |\n|---|---|---|---|"
    codes = [code for code, entry in area("findings").items() if entry["level"] == level]
    for code in sorted(codes, key=lambda code: list(Severity).index(example_of(code).severity)):
        finding = example_of(code)
        cells = (
            _both(*(say(finding, lang) for lang in ("vi", "en"))) for say in (finding_text, finding_fix, finding_hint)
        )
        yield f"| `{code}`<br>{finding.severity} | {' | '.join(cells)} |"
    yield ""


def _both(vi: str, en: str) -> str:
    return f"{_plain(vi)}<br><br>*{_plain(en)}*" if vi else "–"


def _plain(text: str) -> str:
    """Keep what Markdown would take for its own signs."""
    for sign in "\\*_|<>#":
        text = text.replace(sign, f"\\{sign}")
    return text


def draw() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    draw()
