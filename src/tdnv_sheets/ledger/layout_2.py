"""From layout 1 to 2: what can be undone, what was removed, and constraints that keep wrong states out.

Only SQLite ever held layout 1. The statements are frozen: later layouts change `tables`, never these.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tdnv_sheets.ledger.words import digest_of

if TYPE_CHECKING:
    import sqlalchemy as sa

_STATEMENTS: Final = """
ALTER TABLE revisions RENAME TO old_revisions

ALTER TABLE tasks RENAME TO old_tasks

ALTER TABLE assignments RENAME TO old_assignments

ALTER TABLE changes RENAME TO old_changes

ALTER TABLE issues RENAME TO old_issues

ALTER TABLE files RENAME TO old_files

ALTER TABLE conflicts RENAME TO old_conflicts

ALTER TABLE proposals RENAME TO old_proposals

CREATE TABLE migrations (
    layout INTEGER NOT NULL,
    at DATETIME NOT NULL,
    program TEXT NOT NULL,
    PRIMARY KEY (layout)
)

CREATE TABLE revisions (
    number INTEGER NOT NULL,
    at DATETIME NOT NULL,
    day DATE NOT NULL,
    who TEXT NOT NULL,
    source VARCHAR(20) NOT NULL,
    file TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    note TEXT NOT NULL,
    drawn INTEGER,
    undoes INTEGER,
    PRIMARY KEY (number),
    CONSTRAINT revision_is_positive CHECK (number > 0),
    CONSTRAINT revision_source_is_known CHECK (source in ('takeover', 'office', 'unit', 'choice', 'undo', 'transfer')),
    CONSTRAINT register_was_drawn_from_a_revision CHECK (drawn >= 0),
    CONSTRAINT undo_comes_after CHECK (undoes < number),
    CONSTRAINT undo_says_of_what CHECK ((undoes is not null) = (source = 'undo')),
    UNIQUE (undoes),
    FOREIGN KEY(undoes) REFERENCES revisions (number)
)

CREATE TABLE tasks (
    task_id TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (task_id),
    CONSTRAINT task_number_is_positive CHECK (number > 0),
    FOREIGN KEY(created) REFERENCES revisions (number)
)

CREATE TABLE assignments (
    task_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    fields TEXT NOT NULL,
    created INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    removed INTEGER,
    unit_update DATE,
    extension_count INTEGER NOT NULL,
    PRIMARY KEY (task_id, unit),
    CONSTRAINT assignment_changes_after_it_is_made CHECK (revision >= created),
    CONSTRAINT removal_is_the_last_word CHECK (removed is null or removed = revision),
    CONSTRAINT extensions_are_counted CHECK (extension_count >= 0),
    FOREIGN KEY(task_id) REFERENCES tasks (task_id),
    FOREIGN KEY(created) REFERENCES revisions (number),
    FOREIGN KEY(revision) REFERENCES revisions (number),
    FOREIGN KEY(removed) REFERENCES revisions (number)
)

CREATE TABLE changes (
    id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    field TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    rule VARCHAR(20) NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit),
    CONSTRAINT change_changes CHECK (old <> new),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)

CREATE TABLE removals (
    revision INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    restored BOOLEAN NOT NULL,
    PRIMARY KEY (revision, task_id, unit),
    FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)

CREATE TABLE task_words (
    task_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    words VARCHAR(64) NOT NULL,
    PRIMARY KEY (task_id, unit),
    FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit)
)

CREATE TABLE issues (
    issue TEXT NOT NULL,
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    revision INTEGER,
    content VARCHAR(32) NOT NULL,
    at DATETIME NOT NULL,
    rows TEXT NOT NULL,
    PRIMARY KEY (issue),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)

CREATE TABLE files (
    digest VARCHAR(64) NOT NULL,
    content VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    at DATETIME NOT NULL,
    issue TEXT NOT NULL,
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    verdict VARCHAR(20) NOT NULL,
    revision INTEGER,
    report TEXT NOT NULL,
    findings TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (digest),
    CONSTRAINT file_verdict_is_known CHECK (verdict in ('accepted', 'partly', 'returned', 'duplicate', 'quarantined', 'waiting', 'undone')),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)

CREATE TABLE conflicts (
    number INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    revision INTEGER NOT NULL,
    file TEXT NOT NULL,
    at DATETIME NOT NULL,
    state VARCHAR(12) NOT NULL,
    settled INTEGER,
    reason TEXT NOT NULL,
    PRIMARY KEY (number),
    FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit),
    CONSTRAINT conflict_state_is_known CHECK (state in ('open', 'ours', 'theirs', 'other', 'replaced', 'undone')),
    CONSTRAINT settled_conflicts_say_when CHECK ((state = 'open') = (settled is null)),
    CONSTRAINT conflict_is_settled_after_it_opens CHECK (settled >= revision),
    CONSTRAINT conflict_has_two_sides CHECK (ours <> theirs),
    FOREIGN KEY(revision) REFERENCES revisions (number),
    FOREIGN KEY(settled) REFERENCES revisions (number)
)

CREATE TABLE proposals (
    number INTEGER NOT NULL,
    unit TEXT NOT NULL,
    fields TEXT NOT NULL,
    revision INTEGER NOT NULL,
    file TEXT NOT NULL,
    at DATETIME NOT NULL,
    state VARCHAR(12) NOT NULL,
    settled INTEGER,
    task_id TEXT,
    PRIMARY KEY (number),
    CONSTRAINT proposal_state_is_known CHECK (state in ('open', 'accepted', 'declined', 'undone')),
    CONSTRAINT settled_proposals_say_when CHECK ((state = 'open') = (settled is null)),
    CONSTRAINT proposal_is_settled_after_it_is_made CHECK (settled >= revision),
    CONSTRAINT accepted_proposals_name_their_task CHECK ((state = 'accepted') = (task_id is not null)),
    FOREIGN KEY(revision) REFERENCES revisions (number),
    FOREIGN KEY(settled) REFERENCES revisions (number),
    FOREIGN KEY(task_id) REFERENCES tasks (task_id)
)

INSERT INTO revisions SELECT number, at, coalesce(
    (
        SELECT a.unit_update FROM old_changes c JOIN old_assignments a ON a.task_id = c.task_id AND a.unit = c.unit
        WHERE c.revision = r.number AND r.source = 'unit' AND NOT EXISTS (
            SELECT 1 FROM old_changes d JOIN old_revisions s ON s.number = d.revision
            WHERE d.task_id = c.task_id AND d.unit = c.unit AND d.revision > c.revision AND s.source = 'unit'
        )
    ),
    substr(at, 1, 10)
), who, source, file, digest, note, drawn, NULL FROM old_revisions r ORDER BY number

INSERT INTO tasks SELECT * FROM old_tasks

INSERT INTO assignments
SELECT task_id, unit, fields, created, revision, NULL, unit_update, extension_count FROM old_assignments

INSERT INTO changes SELECT * FROM old_changes

INSERT INTO removals SELECT created, task_id, unit, 1 FROM old_assignments a WHERE NOT EXISTS (
    SELECT 1 FROM old_changes c WHERE c.task_id = a.task_id AND c.unit = a.unit AND c.revision = a.created
)

INSERT INTO issues SELECT issue, unit, period, nullif(revision, 0), content, at, rows FROM old_issues

INSERT INTO files SELECT digest, content, name, at, issue, unit, period, CASE
    WHEN verdict = 'accepted' AND content <> '' AND EXISTS (
        SELECT 1 FROM old_files e WHERE e.content = f.content AND e.verdict = 'accepted' AND e.rowid < f.rowid
    ) THEN 'duplicate' ELSE verdict
END, revision, report, findings, '{}' FROM old_files f ORDER BY rowid

INSERT INTO conflicts SELECT * FROM old_conflicts

INSERT INTO proposals SELECT * FROM old_proposals

DROP TABLE old_proposals

DROP TABLE old_conflicts

DROP TABLE old_files

DROP TABLE old_issues

DROP TABLE old_changes

DROP TABLE old_assignments

DROP TABLE old_tasks

DROP TABLE old_revisions

CREATE UNIQUE INDEX one_number_per_year ON tasks (year, number)

CREATE INDEX assignments_by_unit ON assignments (unit)

CREATE INDEX assignments_by_words ON task_words (words)

CREATE INDEX changes_by_assignment ON changes (task_id, unit, revision)

CREATE INDEX changes_by_revision ON changes (revision)

CREATE INDEX changes_that_transfer ON changes (task_id) WHERE field = 'transferred_from'

CREATE INDEX changes_over_deadlines ON changes (task_id) WHERE field = 'deadline' and old <> 'null'

CREATE INDEX removals_by_assignment ON removals (task_id, unit, revision)

CREATE UNIQUE INDEX content_is_taken_whole_once ON files (content) WHERE verdict = 'accepted' and content <> ''

CREATE INDEX files_by_content ON files (content)

CREATE INDEX files_by_revision ON files (revision)

CREATE INDEX conflicts_by_assignment ON conflicts (task_id, unit)

CREATE INDEX conflicts_by_revision ON conflicts (revision)

CREATE INDEX conflicts_by_settlement ON conflicts (settled)

CREATE UNIQUE INDEX one_open_conflict_per_cell ON conflicts (task_id, unit, field) WHERE state = 'open'

CREATE INDEX open_conflicts_by_unit ON conflicts (unit) WHERE state = 'open'

CREATE INDEX open_proposals ON proposals (number) WHERE state = 'open'

CREATE INDEX proposals_by_revision ON proposals (revision)

CREATE INDEX proposals_by_settlement ON proposals (settled)

CREATE INDEX proposals_by_unit ON proposals (unit)

CREATE INDEX latest_drawing ON drawings (latest) WHERE latest

create trigger revisions_no_update before update on revisions begin select raise(abort, 'revisions are never changed'); end

create trigger tasks_no_update before update on tasks begin select raise(abort, 'tasks are never changed'); end

create trigger changes_no_update before update on changes begin select raise(abort, 'changes are never changed'); end

create trigger removals_no_update before update on removals begin select raise(abort, 'removals are never changed'); end

create trigger issues_no_update before update on issues begin select raise(abort, 'issues are never changed'); end

create trigger revisions_no_delete before delete on revisions begin select raise(abort, 'revisions are never deleted'); end

create trigger tasks_no_delete before delete on tasks begin select raise(abort, 'tasks are never deleted'); end

create trigger changes_no_delete before delete on changes begin select raise(abort, 'changes are never deleted'); end

create trigger removals_no_delete before delete on removals begin select raise(abort, 'removals are never deleted'); end

create trigger issues_no_delete before delete on issues begin select raise(abort, 'issues are never deleted'); end

create trigger assignments_no_delete before delete on assignments begin select raise(abort, 'assignments are never deleted'); end

create trigger conflicts_no_delete before delete on conflicts begin select raise(abort, 'conflicts are never deleted'); end

create trigger proposals_no_delete before delete on proposals begin select raise(abort, 'proposals are never deleted'); end

create trigger revisions_in_order before insert on revisions when new.number <> (select coalesce(max(number), 0) + 1 from revisions) begin select raise(abort, 'revisions follow each other'); end
"""


def to_layout_2(connection: sa.Connection) -> None:
    """Rebuild the tables: SQLite cannot change a constraint in place. Children go before their parents."""
    for statement in _STATEMENTS.strip().split("\n\n"):
        connection.exec_driver_sql(statement)
    # Digests as of this layout: they are made in Python, for SQLite cannot fold letters.
    for task_id, unit, fields in connection.exec_driver_sql("SELECT task_id, unit, fields FROM assignments").all():
        if words := digest_of(json.loads(fields).get("task_content")):
            connection.exec_driver_sql("INSERT INTO task_words VALUES (?, ?, ?)", (task_id, unit, words))
