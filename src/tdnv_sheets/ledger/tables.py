"""The tables of the ledger: append-only revisions and changes, and the current state that follows from them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

LAYOUT: Final = 1
"""Raised with every change of these tables."""

METADATA: Final = MetaData()

about = Table(
    "about",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

revisions = Table(
    "revisions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("source", String(20), nullable=False),
    Column("file", Text, nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    # The revision from which the register that was read back had been drawn, else null.
    Column("drawn", Integer),
    CheckConstraint("number > 0", name="revision_is_positive"),
    CheckConstraint("source in ('takeover', 'office', 'unit', 'choice')", name="revision_source_is_known"),
)

tasks = Table(
    "tasks",
    METADATA,
    Column("task_id", String(20), primary_key=True),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("created", ForeignKey("revisions.number"), nullable=False),
)
Index("one_number_per_year", tasks.c.year, tasks.c.number, unique=True)

assignments = Table(
    "assignments",
    METADATA,
    Column("task_id", ForeignKey("tasks.task_id"), primary_key=True),
    Column("unit", String(40), primary_key=True),
    Column("fields", Text, nullable=False),
    Column("created", ForeignKey("revisions.number"), nullable=False),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("unit_update", Date),
    Column("extension_count", Integer, nullable=False, default=0),
)
Index("assignments_by_unit", assignments.c.unit)

changes = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("task_id", String(20), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("field", Text, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("rule", String(20), nullable=False),
    ForeignKeyConstraint(["task_id", "unit"], ["assignments.task_id", "assignments.unit"]),
    CheckConstraint("old <> new", name="change_changes"),
)
Index("changes_by_assignment", changes.c.task_id, changes.c.unit, changes.c.revision)
Index("changes_by_revision", changes.c.revision)

issues = Table(
    "issues",
    METADATA,
    Column("issue", String(40), primary_key=True),
    Column("unit", String(40), nullable=False),
    Column("period", String(40), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", String(32), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("rows", Text, nullable=False),
)

files = Table(
    "files",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("issue", String(40), nullable=False, default=""),
    Column("unit", String(40), nullable=False, default=""),
    Column("period", String(40), nullable=False, default=""),
    Column("verdict", String(20), nullable=False),
    Column("revision", ForeignKey("revisions.number")),
    Column("report", Text, nullable=False, default="{}"),
    Column("findings", Text, nullable=False, default="[]"),
)
Index("files_by_content", files.c.content)

conflicts = Table(
    "conflicts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("task_id", String(20), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("field", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("ours", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("file", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("state", String(12), nullable=False, default="open"),
    Column("settled", ForeignKey("revisions.number")),
    Column("reason", Text, nullable=False, default=""),
    ForeignKeyConstraint(["task_id", "unit"], ["assignments.task_id", "assignments.unit"]),
    CheckConstraint("state in ('open', 'ours', 'theirs', 'other', 'replaced')", name="conflict_state_is_known"),
    CheckConstraint("(state = 'open') = (settled is null)", name="settled_conflicts_say_when"),
)
Index("conflicts_by_state", conflicts.c.state)

proposals = Table(
    "proposals",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("unit", String(40), nullable=False),
    Column("fields", Text, nullable=False),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("file", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("state", String(12), nullable=False, default="open"),
    Column("settled", ForeignKey("revisions.number")),
    Column("task_id", String(20)),
    CheckConstraint("state in ('open', 'accepted', 'declined')", name="proposal_state_is_known"),
    CheckConstraint("(state = 'open') = (settled is null)", name="settled_proposals_say_when"),
)

drawings = Table(
    "drawings",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("latest", Boolean, nullable=False),
)
"""Registers as we wrote them: one that still has its digest was not edited and need not be read."""
