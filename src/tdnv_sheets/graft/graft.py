"""Put freshly drawn sheets into the office's own file.

The sheets that are ours are replaced, with their looks in the file's table of looks, their texts in its table of texts,
their tables, charts, notes and names; everything else is copied as it lies there, compressed bytes too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tdnv_sheets.graft.assembled import New
from tdnv_sheets.graft.book import active, first_visible
from tdnv_sheets.graft.file import File
from tdnv_sheets.graft.frames import read_sheet, renumbered, rewritten, settled_ids
from tdnv_sheets.graft.looks import Numbers
from tdnv_sheets.graft.match import Reader, match, order
from tdnv_sheets.graft.objects import with_objects
from tdnv_sheets.graft.ours import known_sheets, mentioned, pair, placed, titles_to_draw
from tdnv_sheets.graft.package import key
from tdnv_sheets.graft.pointing import pointing
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import Lost, Made, Match, Piece, Sheet, Side, Tools, Touched
from tdnv_sheets.graft.standing import NotStanding, Standing
from tdnv_sheets.graft.strings import called, joined_texts, merged_texts
from tdnv_sheets.graft.styles import Looks
from tdnv_sheets.graft.tables import TableNumbers
from tdnv_sheets.graft.written import write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from tdnv_sheets.graft.book import Listed, Slot
    from tdnv_sheets.graft.ours import Pairs
    from tdnv_sheets.graft.sheet import Row
    from tdnv_sheets.graft.standing import Stands
    from tdnv_sheets.graft.strings import Texts

Touch: TypeAlias = "Callable[[Sheet, Sheet, Match, Tools], Touched]"
"""Gives the drawn sheet with what the office did to it."""
_WITH_CELLS: Final = ("worksheet+xml", "dialogsheet+xml", "macrosheet+xml")


class Seen(NamedTuple):
    """What a drawing has to know of the office's file before it is made."""

    titles: Mapping[str, str]
    """The titles under which our sheets are to be drawn, by id, where they are not the usual ones."""
    grafted: bool
    """Whether our sheets were put into it before, and so it may hold things of the office's."""
    pointed_to: frozenset[str]
    """Those of the sheets asked about, by id, to which formulas of the office's lead: it would break without them."""


def look_at(office: bytes, titles: Mapping[str, Collection[str]], optional: Collection[str] = ()) -> Seen:
    """Look at the office's file before the drawing; *titles* are the usual ones of our sheets, by their ids.

    *optional* are the ids of sheets that are not always drawn. Raises `CannotGraft`.
    """
    file = File(office, Side.OFFICE)
    known = known_sheets(file.book, titles)
    asked = {id_: title for id_, title in known.items() if id_ in optional}
    pointed_to = mentioned(file.package, file.book, asked, known.values()) if asked else frozenset()
    return Seen(titles_to_draw(file.book, titles), file.book.grafted, pointed_to)


def order_of(office: bytes, titles: Mapping[str, Collection[str]], id_: str) -> tuple[tuple[str, str], ...]:
    """Give task and unit of each row of the office's «Nhiệm vụ», from the top, as the sheet shows them."""
    file = File(office, Side.OFFICE)
    sheet = file.sheet(known_sheets(file.book, titles).get(id_, ""))
    return order(file.reader(sheet)) if sheet is not None else ()


@dataclass(frozen=True, slots=True)
class Grafted:
    """A file that is ready to be written; nothing of it is on the disk yet."""

    new: New
    lost: tuple[Lost, ...]
    """What of the office's it cannot have."""
    looks_added: int
    """How many looks came into the file's table."""

    def write(self, out: BinaryIO) -> None:
        """Write it; it can be written once."""
        write(self.new, out)


def plain(office: Sheet, drawn: Sheet, match: Match, tools: Tools) -> Touched:
    """Take the drawn sheet as it is."""
    del office, match, tools
    return Touched(drawn.pieces, drawn.relations, drawn.names)


def graft(
    office: bytes,
    drawn: bytes,
    titles: Mapping[str, Collection[str]],
    touch: Touch = plain,
    stands: Stands | None = None,
) -> Grafted:
    """Put the sheets of *drawn* into *office*; *titles* are the usual ones of our sheets, by their ids.

    Of the sheet that *stands* only some rows are drawn, and its others stay. Raises `CannotGraft` when the file is not
    one into which we may draw, and `NotStanding` when that sheet has to be drawn whole; nothing was written then.
    """
    theirs, ours = File(office, Side.OFFICE), File(drawn, Side.DRAWN)
    _check_identity(theirs, ours)
    pairs = pair(theirs.book, ours.book, titles)
    looks = Looks(theirs.package.xml(_styles(theirs)))
    cells, differences = looks.add(ours.package.xml(_styles(ours)))
    standing = None if stands is None else _standing(theirs, ours, pairs, stands, Numbers(cells, differences))
    texts = _merged_texts(theirs, ours, pairs, standing)
    numbers = Numbers(cells, differences, texts.places, texts.same)
    work = _Work(theirs, ours, numbers, looks, TableNumbers(theirs.package), touch, standing)
    done = {sheet.title: settled_ids(_numbered(work, _touched(work, sheet, pairs))) for sheet in ours.book.sheets}
    slots = placed(theirs.book, ours.book, pairs, {title: touched.names for title, touched in done.items()})
    shown = _shown(theirs, slots)
    done = {title: _selected(touched, selected=title == shown) for title, touched in done.items()}
    if standing is not None:
        standing.decide(numbers, work.tools, selected=standing.title == shown)
    new = New(
        theirs=theirs,
        ours=ours,
        pairs=pairs,
        slots=slots,
        done=done,
        numbers=numbers,
        looks=looks,
        texts=texts,
        standing=standing,
        alone=stands is not None and stands.alone,
    )
    moves = [touched.moves for touched in done.values() if touched.moves is not None]
    lost = (*_lost(done, new), *pointing(theirs, _replaced(theirs, pairs), moves))
    return Grafted(new, lost, looks.added)


def _replaced(theirs: File, pairs: Pairs) -> set[str]:
    """Give the titles of the office's sheets that are drawn anew or go."""
    return {theirs.book.sheets[place].title for place in (*pairs.office.values(), *pairs.gone)}


def _check_identity(theirs: File, ours: File) -> None:
    """Refuse a file that does not say that it is a register of the same ledger."""
    known, wanted = theirs.identity().stamp, ours.identity().stamp
    if wanted is None or known is None or (known.kind, known.ledger) != (wanted.kind, wanted.ledger):
        raise CannotGraft("not-ours")


def _styles(file: File) -> str:
    part = file.package.by_word(file.book.part, "styles")
    if not part:
        raise CannotGraft("damaged", "styles")
    return part


def _standing(theirs: File, ours: File, pairs: Pairs, stands: Stands, numbers: Numbers) -> Standing:
    if stands.alone and (pairs.gone or len(pairs.office) < len(ours.book.sheets)):
        raise NotStanding("other sheets")  # the list of sheets in the file's own properties would be another
    return Standing(theirs, ours, stands, numbers)


def _merged_texts(theirs: File, ours: File, pairs: Pairs, standing: Standing | None) -> Texts:
    """Merge the tables of texts; the sheets that are not ours, and one that stands, say which of the office's stay."""
    replaced = {key(theirs.book.sheets[place].part) for place in (*pairs.office.values(), *pairs.gone)}
    kept: set[int] = set()
    listed = {key(sheet.part) for sheet in theirs.book.sheets}
    for name in theirs.package.members:
        if name not in replaced and (name in listed or theirs.package.content_type(name).endswith(_WITH_CELLS)):
            kept |= called(theirs.package.xml(name))
    if standing is not None:
        called_there = standing.texts()
        called_there |= kept
        return joined_texts(theirs.texts, ours.texts, called_there)
    return merged_texts(theirs.texts, ours.texts, kept)


class _Work(NamedTuple):
    """What the sheets are made with."""

    theirs: File
    ours: File
    numbers: Numbers
    looks: Looks
    tables: TableNumbers
    touch: Touch
    standing: Standing | None

    @property
    def tools(self) -> Tools:
        files = {Side.OFFICE: self.theirs, Side.DRAWN: self.ours}
        return Tools(lambda side, cell: files[side].text(cell), self.looks.look, self.looks.repaint)


def _touched(work: _Work, sheet: Listed, pairs: Pairs) -> Touched:
    """Give one of our sheets as it will be."""
    if work.standing is not None and work.standing.title == sheet.title:
        return work.standing.touched()
    book = work.ours.book
    place = book.sheets.index(sheet)
    drawn = read_sheet(work.ours.package, sheet.part, sheet.title, book.local(place), work.numbers.piece)
    drawn = replace(drawn, rows=lambda: _in_their_looks(work.ours.reader(sheet).rows(), work.numbers))
    at = pairs.office.get(sheet.title)
    if at is None:
        return Touched(drawn.pieces, drawn.relations, drawn.names)
    listed = work.theirs.book.sheets[at]
    office = read_sheet(work.theirs.package, listed.part, listed.title, work.theirs.book.local(at))
    drawn = renumbered(drawn, office.relations)
    found = match(Reader(office.rows, work.theirs.text), Reader(drawn.rows, work.ours.text))
    return with_objects(office, drawn, work.touch(office, drawn, found, work.tools))


def _in_their_looks(rows: Iterator[Row], numbers: Numbers) -> Iterator[Row]:
    return (row._replace(inside=row.inside.in_looks(numbers.cells)) for row in rows)


def _numbered(work: _Work, touched: Touched) -> Touched:
    """Give our tables the numbers by which the office's file knows them."""
    made = dict(touched.made)
    for number, relation in touched.relations.items():
        if relation.word == "table" and relation.side is Side.DRAWN:
            xml = made[number].xml if number in made else work.numbers.piece(work.ours.package.xml(relation.target))
            made[number] = Made(work.tables.numbered(xml))
    return replace(touched, made=made)


def _shown(theirs: File, slots: Sequence[Slot]) -> str:
    """Give the title of the sheet that the file opens with."""
    before = active(theirs.book)
    found = next((slot for slot in slots if slot.before == before), None)
    return (found or slots[first_visible(theirs.book, slots)]).title


def _selected(touched: Touched, *, selected: bool) -> Touched:
    """Select the sheet that is shown and no other: typing goes into all that are selected."""
    pieces = [
        Piece(piece.name, _with_selection(piece.xml, selected=selected)) if piece.name == "sheetViews" else piece
        for piece in touched.pieces
    ]
    return replace(touched, pieces=tuple(pieces))


def _with_selection(xml: bytes, *, selected: bool) -> bytes:
    value = "1" if selected else None
    return rewritten(xml, lambda node: {"tabSelected": value} if node.name == "sheetView" else None)


def _lost(done: Mapping[str, Touched], new: New) -> Iterator[Lost]:
    for title, touched in done.items():
        yield from (lost._replace(sheet=lost.sheet or title) for lost in touched.lost)
    yield from (Lost("part", detail=name) for name in new.not_understood)
