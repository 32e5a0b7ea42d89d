"""Find the same task again by what it says, whoever was given it (practice/workbooks.md C.2, rule 13)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.statements import among, insert_many
from tdnv_sheets.records import Key
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.records import Value

WORDS: Final = "task_content"
"""The field whose words name a task to people."""


def digest_of(content: Value) -> str:
    """Digest a task's words in the form in which two spellings of them are equal; empty where there are none."""
    words = fold(content) if isinstance(content, str) else ""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def note_words(connection: sa.Connection, contents: Mapping[Key, Value]) -> None:
    """Remember what the tasks of these assignments say from now on."""
    for key in contents:
        here = (t.task_words.c.task_id == key.task_id) & (t.task_words.c.unit == key.unit)
        connection.execute(sa.delete(t.task_words).where(here))
    digests = ((key, digest_of(content)) for key, content in contents.items())
    rows = [(*key, words) for key, words in digests if words]
    insert_many(connection, t.task_words, ("task_id", "unit", "words"), rows)


def keys_saying(connection: sa.Connection, contents: Iterable[Value]) -> set[Key]:
    """Find the assignments whose tasks say one of *contents*."""
    wanted = {digest_of(content) for content in contents} - {""}
    if not wanted:
        return set()
    query = sa.select(t.task_words.c.task_id, t.task_words.c.unit)
    rows = connection.execute(query.where(among(connection, t.task_words.c.words, wanted)))
    return {Key(task_id, unit) for task_id, unit in rows}
