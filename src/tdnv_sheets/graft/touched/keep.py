"""One sheet of ours after the office worked in it: the fresh drawing with what is the office's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Touched
from tdnv_sheets.graft.touched import extensions, marks, notes, paper, rules, view
from tdnv_sheets.graft.touched.cells import cells
from tdnv_sheets.graft.touched.ground import ground, nodes, relation_id
from tdnv_sheets.graft.touched.tables import table

if TYPE_CHECKING:
    from tdnv_sheets.graft.sheet import Match, Piece, Relation, Sheet, Tools

_OFFICES: Final = ("sheetCalcPr", "phoneticPr", "customProperties", "dataConsolidate")
"""Pieces that we never draw and that name no cells of ours."""
_HIDDEN: Final = "_"
"""The beginning of the titles of sheets in which nobody works."""
_DECIDED: Final = (
    *(*view.NAMES, *paper.NAMES, *rules.NAMES, *extensions.NAMES, *marks.NAMES, *notes.NAMES),
    *_OFFICES,
)
_NOTED: Final = frozenset({notes.COMMENTS, notes.SHAPES, notes.THREADS})


def touched(office: Sheet, drawn: Sheet, match: Match, tools: Tools) -> Touched:
    """Give the drawn sheet with the office's view, print set-up, filters, rules, notes, columns and paint.

    Sheets whose rows have no keys keep view, widths and print set-up. What could not be kept is in `lost`. Charts,
    pictures and controls are not looked at: the drawn pieces stand for them.
    """
    if drawn.title.startswith(_HIDDEN):
        return Touched(drawn.pieces, drawn.relations, drawn.names)
    here = ground(office, drawn, match, tools)
    shares = (
        *(view.view(here), paper.paper(here), rules.rules(here), extensions.extensions(here)),
        *(marks.marks(here), notes.notes(here), table(here)),
    )
    rows = cells(here)
    plain = [item for name in _OFFICES for item in office.all(name)]
    pieces = [item for item in drawn.pieces if item.name not in _DECIDED]
    pieces += [*(item for share in shares for item in share.pieces), *plain]
    relations = {name: relation for name, relation in drawn.relations.items() if relation.word not in _NOTED}
    for share in shares:
        relations |= share.relations
    relations |= _of(plain, office)
    return Touched(
        tuple(pieces),
        relations,
        shares[1].names,
        rows.rows,
        {name: made for share in shares for name, made in share.made.items()},
        (*(item for share in shares for item in share.lost), *rows.lost),
        here.moves if here.keyed else None,
    )


def _of(pieces: list[Piece], office: Sheet) -> dict[str, Relation]:
    """Give the relations that pieces of the office's name."""
    names = {relation_id(item) for node in nodes(pieces) for item in node.walk()}
    return {name: relation for name, relation in office.relations.items() if name in names}
