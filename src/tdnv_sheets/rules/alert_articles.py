"""On which article of the regulation an alert rests, in the version that its clock started under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.regulation import UNIT
from tdnv_sheets.rules.alerts import broken_update_limit, inaction_for, start_day
from tdnv_sheets.rules.judgement import Alert
from tdnv_sheets.rules.limits import entry_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tdnv_sheets.records import Assignment
    from tdnv_sheets.regulation import Provision
    from tdnv_sheets.rules.alerts import Situation


def article_of(alert: Alert, assignment: Assignment, now: Situation) -> str:
    """Name the article of an alert that holds; empty where it rests on the office's own settings or on bad data."""
    finder = _PROVISIONS.get(alert)
    provision = None if finder is None else finder(assignment, now)
    return "" if provision is None else provision.article


def _of_confirmation(assignment: Assignment, now: Situation) -> Provision | None:
    return now.regulation.switch("confirmation", start_day(assignment) or now.as_of)


def _of_extension(_assignment: Assignment, now: Situation) -> Provision | None:
    return next(iter(now.regulation.about("extension", now.as_of)), None)


def _of_staleness(_assignment: Assignment, now: Situation) -> Provision | None:
    return now.regulation.staleness(now.as_of, dated=now.effective_deadline is not None)


def _of_entry(assignment: Assignment, now: Situation) -> Provision | None:
    limited = entry_limit(assignment, now.regulation, dated=now.effective_deadline is not None)
    return None if limited is None else limited.limit


def _of_explanation(_assignment: Assignment, now: Situation) -> Provision | None:
    return now.regulation.explanation(now.effective_deadline or now.as_of)


def _of_update(assignment: Assignment, now: Situation) -> Provision | None:
    limited = broken_update_limit(assignment, now)
    return None if limited is None else limited.limit


def _of_coordination(_assignment: Assignment, now: Situation) -> Provision | None:
    return next((duty for duty in now.regulation.weekly_duties(now.as_of) if duty.who == UNIT), None)


_PROVISIONS: Final[Mapping[Alert, Callable[[Assignment, Situation], Provision | None]]] = {
    Alert.AWAITING_CONFIRMATION: _of_confirmation,
    Alert.EXTENSION_ASKED: _of_extension,
    Alert.STALE: _of_staleness,
    Alert.ENTERED_LATE: _of_entry,
    Alert.EXPLANATION_MISSING: _of_explanation,
    Alert.UPDATED_LATE: _of_update,
    Alert.SILENT: inaction_for,
    Alert.COORDINATION_LATE: _of_coordination,
}
