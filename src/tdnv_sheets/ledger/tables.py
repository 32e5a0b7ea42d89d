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
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

LAYOUT: Final = 4
"""Raised with every change of these tables; `migrations` then gets a step."""

TAKEN: Final = ("accepted", "partly")
"""Verdicts of files whose content is in the ledger."""

METADATA: Final = MetaData()

# PostgreSQL would else sort by the server's language, and Vietnamese rules differ from machine to machine.
_CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")

about = Table(
    "about",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

migrations = Table(
    "migrations",
    METADATA,
    Column("layout", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("program", Text, nullable=False),
)
"""How the tables came to their layout, and which version of the program did it."""

revisions = Table(
    "revisions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    # The day that counts as the unit's update.
    Column("day", Date, nullable=False),
    Column("who", Text, nullable=False),
    Column("source", String(20), nullable=False),
    Column("file", Text, nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    # The revision from which the register that was read back had been drawn, else null.
    Column("drawn", Integer),
    Column("undoes", ForeignKey("revisions.number"), unique=True),
    CheckConstraint("number > 0", name="revision_is_positive"),
    CheckConstraint(
        "source in ('takeover', 'office', 'unit', 'choice', 'undo', 'transfer')", name="revision_source_is_known"
    ),
    CheckConstraint("drawn >= 0", name="register_was_drawn_from_a_revision"),
    CheckConstraint("undoes < number", name="undo_comes_after"),
    CheckConstraint("(undoes is not null) = (source = 'undo')", name="undo_says_of_what"),
)

tasks = Table(
    "tasks",
    METADATA,
    Column("task_id", _CODE, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("created", ForeignKey("revisions.number"), nullable=False),
    CheckConstraint("number > 0", name="task_number_is_positive"),
)
Index("one_number_per_year", tasks.c.year, tasks.c.number, unique=True)

assignments = Table(
    "assignments",
    METADATA,
    Column("task_id", ForeignKey("tasks.task_id"), primary_key=True),
    Column("unit", _CODE, primary_key=True),
    Column("fields", Text, nullable=False),
    Column("created", ForeignKey("revisions.number"), nullable=False),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    # The revision that took it out of the present; null while it is there.
    Column("removed", ForeignKey("revisions.number")),
    Column("unit_update", Date),
    Column("extension_count", Integer, nullable=False, default=0),
    CheckConstraint("revision >= created", name="assignment_changes_after_it_is_made"),
    CheckConstraint("removed is null or removed = revision", name="removal_is_the_last_word"),
    CheckConstraint("extension_count >= 0", name="extensions_are_counted"),
)
Index("assignments_by_unit", assignments.c.unit)

changes = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("task_id", _CODE, nullable=False),
    Column("unit", _CODE, nullable=False),
    Column("field", Text, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("rule", String(20), nullable=False),
    ForeignKeyConstraint(["task_id", "unit"], ["assignments.task_id", "assignments.unit"]),
    CheckConstraint("old <> new", name="change_changes"),
)
Index("changes_by_assignment", changes.c.task_id, changes.c.unit, changes.c.revision)
Index("changes_by_revision", changes.c.revision)
# A database takes such an index only for a query that says the very same, without parameters.
IS_TRANSFER: Final = text("changes.field = 'transferred_from'")
IS_NEW_DEADLINE: Final = text("changes.field = 'deadline' and changes.old <> 'null'")
_TRANSFER: Final = text("field = 'transferred_from'")
_NEW_DEADLINE: Final = text("field = 'deadline' and old <> 'null'")
Index("changes_that_transfer", changes.c.task_id, sqlite_where=_TRANSFER, postgresql_where=_TRANSFER)
Index("changes_over_deadlines", changes.c.task_id, sqlite_where=_NEW_DEADLINE, postgresql_where=_NEW_DEADLINE)

removals = Table(
    "removals",
    METADATA,
    Column("revision", ForeignKey("revisions.number"), primary_key=True),
    Column("task_id", _CODE, primary_key=True),
    Column("unit", _CODE, primary_key=True),
    # True where it came back, and where it was entered without any field and so left no change.
    Column("restored", Boolean, nullable=False),
    ForeignKeyConstraint(["task_id", "unit"], ["assignments.task_id", "assignments.unit"]),
)
"""Assignments that went out of the present or came into it."""
Index("removals_by_assignment", removals.c.task_id, removals.c.unit, removals.c.revision)

task_words = Table(
    "task_words",
    METADATA,
    Column("task_id", _CODE, primary_key=True),
    Column("unit", _CODE, primary_key=True),
    Column("words", String(64), nullable=False),
    ForeignKeyConstraint(["task_id", "unit"], ["assignments.task_id", "assignments.unit"]),
)
"""What each assignment's task says, folded and digested: the same task is found again without reading all of them."""
Index("assignments_by_words", task_words.c.words)

issues = Table(
    "issues",
    METADATA,
    Column("issue", Text, primary_key=True),
    Column("unit", _CODE, nullable=False),
    Column("period", Text, nullable=False),
    # Null: drawn from a ledger without any revision.
    Column("revision", ForeignKey("revisions.number")),
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
    Column("issue", Text, nullable=False, default=""),
    Column("unit", _CODE, nullable=False, default=""),
    Column("period", Text, nullable=False, default=""),
    Column("verdict", String(20), nullable=False),
    Column("revision", ForeignKey("revisions.number")),
    Column("report", Text, nullable=False, default="{}"),
    Column("findings", Text, nullable=False, default="[]"),
    # What became of its rows and cells.
    Column("counts", Text, nullable=False, default="{}"),
    CheckConstraint(
        "verdict in ('accepted', 'partly', 'returned', 'duplicate', 'quarantined', 'waiting', 'undone')",
        name="file_verdict_is_known",
    ),
)
Index("files_by_content", files.c.content)
Index("files_by_revision", files.c.revision)
_WHOLE: Final = text("verdict = 'accepted' and content <> ''")
# A file that was taken in part may pass whole later; one that passed whole says nothing new.
Index("content_is_taken_whole_once", files.c.content, unique=True, sqlite_where=_WHOLE, postgresql_where=_WHOLE)

conflicts = Table(
    "conflicts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("task_id", _CODE, nullable=False),
    Column("unit", _CODE, nullable=False),
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
    CheckConstraint(
        "state in ('open', 'ours', 'theirs', 'other', 'replaced', 'undone')", name="conflict_state_is_known"
    ),
    CheckConstraint("(state = 'open') = (settled is null)", name="settled_conflicts_say_when"),
    CheckConstraint("settled >= revision", name="conflict_is_settled_after_it_opens"),
    CheckConstraint("ours <> theirs", name="conflict_has_two_sides"),
)
_OPEN: Final = text("state = 'open'")
Index(
    "one_open_conflict_per_cell",
    conflicts.c.task_id,
    conflicts.c.unit,
    conflicts.c.field,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("open_conflicts_by_unit", conflicts.c.unit, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("conflicts_by_assignment", conflicts.c.task_id, conflicts.c.unit)
Index("conflicts_by_revision", conflicts.c.revision)
Index("conflicts_by_settlement", conflicts.c.settled)

proposals = Table(
    "proposals",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("unit", _CODE, nullable=False),
    Column("fields", Text, nullable=False),
    Column("revision", ForeignKey("revisions.number"), nullable=False),
    Column("file", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("state", String(12), nullable=False, default="open"),
    Column("settled", ForeignKey("revisions.number")),
    Column("task_id", ForeignKey("tasks.task_id")),
    CheckConstraint("state in ('open', 'accepted', 'declined', 'undone')", name="proposal_state_is_known"),
    CheckConstraint("(state = 'open') = (settled is null)", name="settled_proposals_say_when"),
    CheckConstraint("settled >= revision", name="proposal_is_settled_after_it_is_made"),
    CheckConstraint("(state = 'accepted') = (task_id is not null)", name="accepted_proposals_name_their_task"),
)
Index("proposals_by_unit", proposals.c.unit)
Index("proposals_by_settlement", proposals.c.settled)
Index("proposals_by_revision", proposals.c.revision)
Index("open_proposals", proposals.c.number, sqlite_where=_OPEN, postgresql_where=_OPEN)

drawings = Table(
    "drawings",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("latest", Boolean, nullable=False),
)
"""Registers as we wrote them: one that still has its digest was not edited and need not be read."""
Index("latest_drawing", drawings.c.latest, sqlite_where=text("latest"), postgresql_where=text("latest"))

arrivals = Table(
    "arrivals",
    METADATA,
    Column("number", Integer, primary_key=True),
    # Made when the file's plan is: whoever finds the plan asks by it whether the verdict was written.
    Column("token", String(32), nullable=False, unique=True),
    Column("at", DateTime, nullable=False),
    # As it may be shown; empty where the file bears a mark of secrecy.
    Column("name", Text, nullable=False),
    # Tells files of one name apart from others without saying the name.
    Column("alias", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("unit", _CODE, nullable=False),
    Column("period", Text, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    # Taken: written into the register.
    Column("cells", Integer, nullable=False),
    Column("conflicts", Integer, nullable=False),
    Column("revision", ForeignKey("revisions.number")),
    # Places from the workspace's root; empty where there is none.
    Column("kept", Text, nullable=False),
    Column("marked", Text, nullable=False),
    # Of all findings, errors first; and the first of them whole.
    Column("codes", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint(
        "verdict in ('accepted', 'partly', 'returned', 'duplicate', 'quarantined', 'waiting')",
        name="arrival_verdict_is_known",
    ),
    CheckConstraint("rows >= 0 and held >= 0 and cells >= 0 and conflicts >= 0", name="arrival_counts"),
)
"""Every file that was dropped, and what was said of it, whether or not it came into the ledger."""
Index("arrivals_by_alias", arrivals.c.alias, arrivals.c.number)
Index("arrivals_by_time", arrivals.c.at)
Index("arrivals_by_period", arrivals.c.period, arrivals.c.unit)

frozen = Table(
    "frozen",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("period", Text, nullable=False),
    # The units that the report is limited to, as a JSON list; empty for the whole office.
    Column("scope", _CODE, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    # Null: counted in a ledger without any revision.
    Column("revision", ForeignKey("revisions.number")),
    Column("as_of", Date, nullable=False),
    Column("regulation", Text, nullable=False),
    Column("regulation_digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # What spoke against it and was overruled, as a JSON list of names; `[]` where nothing did.
    Column("forced", Text, nullable=False),
    # JSON, packed by zlib: lists of a large office run to tens of megabytes, a sixth of it packed.
    Column("content", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("issue > 0", name="issue_is_positive"),
    CheckConstraint("(issue = 1) = (reason = '')", name="only_a_new_issue_has_a_reason"),
)
"""Reports as they went out: what their papers show, whatever is corrected, renamed or amended since."""
Index("one_report_per_issue", frozen.c.period, frozen.c.scope, frozen.c.issue, unique=True)
