"""What stops the program: one exception per reason, with its message inside and its exit code on the class.

Bad data never raises; it is a `Finding`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class TdnvError(Exception):
    """A reason to stop; `code` names its sentence in the catalogue (messages/errors.toml)."""

    exit_code: ClassVar[int] = 4

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, str] = {name: str(value) for name, value in values.items()}

    def __str__(self) -> str:
        return f"{self.code}: {dict(self.values)}"


class WrongUsage(TdnvError):
    """The call asks for something that cannot be meant."""

    exit_code = 2


class WaitsForPerson(TdnvError):
    """Somebody has to close, free or decide something first."""

    exit_code = 3


class BrokenDeclaration(TdnvError):
    """A file that declares something (settings, schema, regulation, calendar, units) cannot be used."""

    def __init__(self, path: Path | str, key: str, problem: str) -> None:
        super().__init__("broken-declaration", path=path, key=key, problem=problem)


class BrokenSurroundings(TdnvError):
    """Disk, folder, database or platform do not do what is needed."""
