"""Take a file from where it was dropped, and put it back there when something stops the command."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.inbox import shelf
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.filing import give_back, is_planned, remember_folder
from tdnv_sheets.pipeline.receive import has_secret_name
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tdnv_sheets.ledger.entries import Receipt
    from tdnv_sheets.pipeline.office import Office

_OF_ONE_FILE: Final = frozenset((errno.EIO, errno.EINVAL, errno.ENAMETOOLONG))
"""What the disk says of one file that it cannot give, such as one on a bad sector; the others come in all the same."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file on its way in."""

    path: Path
    """Where it was dropped."""
    here: Path | None
    """Where it lies now: claimed, copied, or as it was; None when another program holds it."""
    from_inbox: bool
    known: Receipt | None = None
    """Of the very same bytes, when all of them were taken in before."""
    denied: bool = False
    """Whether the rights do not allow to take it."""


def claim(office: Office, path: Path, *, dry_run: bool) -> Dropped:
    """Claim a file of the inbox, or copy one that lies elsewhere; a secret name is left where it is, unopened."""
    from_inbox = path.parent.resolve().is_relative_to(office.space.inbox.resolve())
    if dry_run or has_secret_name(path.name):
        return Dropped(path, path, from_inbox)
    work = office.space.work
    try:
        here = shelf.claim(path, work) if from_inbox else shelf.keep_copy(path, work, path.name)
    except PermissionError:
        if not from_inbox:
            raise
        return Dropped(path, None, from_inbox, denied=True)
    except OSError as problem:
        if not from_inbox or problem.errno not in _OF_ONE_FILE:
            raise
        return Dropped(path, None, from_inbox)
    if here is not None and from_inbox:
        remember_folder(office, here, path.parent)
        # What an earlier run wrote beside this file («not complete», «secret») is about to be said anew.
        with suppress(
            OSError
        ):  # the longest names leave no room for such a text, and some folders cannot be written to
            path.with_name(f"{path.name}{shelf.NOTE_SUFFIX}").unlink(missing_ok=True)
    return Dropped(path, here, from_inbox)


def put_back(office: Office, begun: Iterable[Dropped]) -> None:
    """Let people find their files where they dropped them, except those of which the ledger knows or cannot be asked."""
    for one in begun:
        if one.here is None or one.here == one.path or not one.here.exists():
            continue
        with suppress(TdnvError, OSError):  # what stopped the command may stop this too; the next one goes on from here
            if not is_planned(office, one.here) and (not one.from_inbox or office.space.inbox.is_dir()):
                give_back(one.here, one.path.parent if one.from_inbox else None, one.path.name)


def taken_whole(office: Office, path: Path, unit: str | None) -> Receipt | None:
    """Find the receipt of the very same bytes, if all of them were taken in and nobody claims another sender now."""
    if has_secret_name(path.name):
        return None
    try:
        digest = file_digest(path)
    except OSError:
        return None  # whoever reads it next says so
    receipt = office.ledger.receipt_of(digest)
    same_unit = receipt is not None and unit in {None, receipt.unit}
    return receipt if same_unit and receipt is not None and receipt.verdict == Verdict.ACCEPTED.value else None
