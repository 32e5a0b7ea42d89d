"""What of a row's looks is the office's: its paint on cells, a height that we never give, hiding and folding."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.sheetspec import Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from tdnv_sheets.graft.sheet import Tools

Strip: TypeAlias = tuple[tuple[int, int], ...]
"""Column and style of each cell of a row."""
_LINE: Final = 15.0
_LADDER: Final = frozenset(line * _LINE + 3 for line in range(1, 7))
"""The heights that we give to rows, in points; any other is the office's."""
_NEAR: Final = 0.5
"""Points that programs round heights by."""
_KEPT: Final = ("hidden", "outlineLevel", "collapsed", "thickTop", "thickBot", "ph")


@cache
def grey() -> frozenset[str]:
    """Give the ids of the columns that we paint ourselves."""
    shown = assignment_spec().shown_on("register")
    return frozenset(spec.name for spec in shown if spec.owner is Owner.COMPUTED or spec.name == "task_id")


def painted(  # noqa: PLR0917 - what the two sheets say, and then what is known of the columns
    before: Mapping[int, int],
    drawn: Mapping[int, int],
    columns: Mapping[int, int],
    own: Container[int],
    tools: Tools,
    usual: Callable[[int], int | None],
) -> dict[int, int]:
    """Give the styles of a drawn row's cells where the office's look is to be seen, by drawn column.

    *before* and *drawn* are the styles by column; *columns*: the office's → drawn; *own*: those of the office's columns
    that are its own; *usual* gives the commonest style of a column of the office's that we paint ourselves, else None.
    """
    look, found = tools.look, {}
    for old, style in before.items():
        new = columns.get(old)
        if new is None or new not in drawn or style == drawn[new]:
            continue
        if old in own:
            if style:
                found[new] = style
            continue
        # Where we paint ourselves the usual look was ours, whatever the settings say now.
        ours, common = look(drawn[new]), usual(old)
        if look(style) not in {ours, ours if common is None else look(common)}:
            found[new] = tools.repaint(drawn[new], style)
    return found


def usual_styles(strips: Mapping[Strip, int]) -> dict[int, int]:
    """Give the commonest style of each column; *strips*: how many rows have these styles."""
    counts: dict[int, Counter[int]] = {}
    for strip, times in strips.items():
        for column, style in strip:
            counts.setdefault(column, Counter())[style] += times
    return {column: found.most_common(1)[0][0] for column, found in counts.items()}


def is_on(text: str) -> bool:
    """Read a flag of XML."""
    return text in {"1", "true", "on"}


def kept_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """Give what of a row's attributes is the office's: fold, hiding, its own look, a height that we never give."""
    found = {name: attributes[name] for name in _KEPT if attributes.get(name, "0") not in {"0", "false"}}
    if is_on(attributes.get("customFormat", "")) and attributes.get("s", "0") != "0":
        found |= {"s": attributes["s"], "customFormat": "1"}
    height = attributes.get("ht", "")
    if height and is_on(attributes.get("customHeight", "")):
        points = float(height)
        if all(abs(points - step) > _NEAR for step in _LADDER):
            found |= {"ht": height, "customHeight": "1"}
    return found
