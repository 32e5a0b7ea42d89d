"""Colour rules and checks on entries: ours are drawn anew, those that the office made are kept on the cells they were for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Lost
from tdnv_sheets.graft.touched.areas import formulas, limited, moved
from tdnv_sheets.graft.touched.ground import Share, nodes
from tdnv_sheets.graft.touched.markup import Node, piece
from tdnv_sheets.graft.touched.moves import listed, spans_of

if TYPE_CHECKING:
    from tdnv_sheets.graft.touched.ground import Ground

NAMES: Final = ("conditionalFormatting", "dataValidations")
"""The pieces that this module gives."""
_COLOURS, _CHECKS = NAMES
_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')
_CELL: Final = re.compile(r"\$?[A-Za-z]{1,3}\$?\d{1,7}")
_NUMBER: Final = re.compile(r"\b\d+(?:\.\d+)?\b")
_PART: Final = re.compile(r"AND\(@=\?,@=\?\)(?:,AND\(@=\?,@=\?\))*")
_DISPUTED: Final = ("expression", "True", "OR(AND(@=?,@=?))")
"""The shape of the rule for disputed cells, which is drawn only while there are some."""
_LISTS: Final = "ds_"
"""The beginning of the names of our lists."""
_LATE: Final = 1_000_000_000
"""Behind every rule that has a place in the order."""


def rules(ground: Ground) -> Share:
    """Give colour rules and checks."""
    colours, checks = _colours(ground), _checks(ground)
    return Share((*colours.pieces, *checks.pieces), lost=(*colours.lost, *checks.lost))


def _shape(rule: Node) -> tuple[str, ...]:
    """Give what makes a rule ours: its formula without the words, days and places that follow data and settings.

    Excel cuts our rules up when people copy rows; the pieces have the same shape and go with the rest of ours.
    """
    texts = []
    for formula in rule.all("formula"):
        bare = _NUMBER.sub("#", _CELL.sub("@", _TEXT.sub("?", formula.text)))
        texts.append(_PART.sub("AND(@=?,@=?)", re.sub(r"(?:,@=\?)+", ",@=?", bare.replace(" ", "").upper())))
    return (rule.attributes.get("type", ""), str(rule.flag("stopIfTrue")), *texts)


def _colours(ground: Ground) -> Share:
    drawn, office = nodes(ground.drawn.all(_COLOURS)), nodes(ground.office.all(_COLOURS))
    ours = {_DISPUTED, *(_shape(rule) for block in drawn for rule in block.all("cfRule"))}
    if not ground.keyed:
        foreign = [block for block in office if any(_shape(rule) not in ours for rule in block.all("cfRule"))]
        lost = tuple(Lost("rule", block.attributes.get("sqref", "")) for block in foreign) if ours or foreign else ()
        return Share(tuple(map(piece, drawn)), lost=lost)
    places = [r.number("priority", _LATE) for b in office for r in b.all("cfRule") if _shape(r) in ours]
    first = min(places, default=_LATE)
    kept, gone = _foreign(ground, office, ours)
    own = sorted(((rule.number("priority", _LATE), rule) for block in kept for rule in block.all("cfRule")), key=_place)
    ahead = [rule for place, rule in own if place < first]
    mine = sorted(((rule.number("priority"), rule) for block in drawn for rule in block.all("cfRule")), key=_place)
    behind = [rule for place, rule in own if place >= first]
    for number, rule in enumerate((*ahead, *(rule for _, rule in mine), *behind), 1):
        rule.attributes["priority"] = str(number)
    return Share(tuple(map(piece, (*kept, *drawn))), lost=tuple(gone))


def _place(item: tuple[int, Node]) -> int:
    return item[0]


def _foreign(ground: Ground, office: list[Node], ours: set[tuple[str, ...]]) -> tuple[list[Node], list[Lost]]:
    """Give the office's own rules at their new places, and those whose cells are all gone."""
    kept, lost = [], []
    for block in office:
        before = block.attributes.get("sqref", "")
        block.children = [rule for rule in block.children if rule.tag != "cfRule" or _shape(rule) not in ours]
        if not block.all("cfRule") or not spans_of(before):
            continue
        after = moved(ground.moves, before)
        if after:
            formulas(ground.moves, block, before, after)
            block.attributes["sqref"] = listed(after)
            kept.append(block)
        else:
            lost.append(Lost("rule", before))
    return kept, lost


def _checks(ground: Ground) -> Share:
    drawn = next(iter(nodes(ground.drawn.all(_CHECKS))), None)
    office = next(iter(nodes(ground.office.all(_CHECKS))), None)
    ours = {_check(item) for item in drawn.all("dataValidation")} if drawn else set()
    others = frozenset(range(1, ground.moves.width[1] + 1)) - ground.own
    lost, kept = [], []
    for item in office.all("dataValidation") if office else ():
        before = item.attributes.get("sqref", "")
        areas = moved(ground.moves, before) if ground.keyed else []
        own = limited(areas, ground.own)
        told = _check(item) not in ours and not _is_ours(item)
        if told and (not areas or limited(areas, others)):
            lost.append(Lost("validation", before))
        if own:
            formulas(ground.moves, item, before, own)
            item.attributes["sqref"] = listed(own)
            kept.append(item)
    if not kept:
        return Share((piece(drawn),) if drawn else (), lost=tuple(lost))
    node = drawn or Node(_CHECKS, dict(office.attributes) if office else {})
    node.children = [*node.children, *kept]
    node.attributes["count"] = str(len(node.children))
    return Share((piece(node),), lost=tuple(lost))


def _is_ours(item: Node) -> bool:
    """Say whether a check only hints, or looks into one of our lists, which may be empty by now."""
    source = item.child("formula1")
    return source is None or source.text.startswith(_LISTS)


def _check(item: Node) -> tuple[str, ...]:
    """Give what makes a check ours; its texts may be of an older program."""
    texts = (item.child("formula1"), item.child("formula2"))
    words = ("" if node is None else node.text.replace(" ", "") for node in texts)
    return (item.attributes.get("type", "none"), item.attributes.get("operator", "between"), *words)
