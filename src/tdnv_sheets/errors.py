"""What stops the program: one exception per reason, with its message inside and its exit code on the class.

Bad data never raises; it is a `Finding`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class TdnvError(Exception):
    """A reason to stop; `code` names its sentence in the catalogue, in the file that `area` names."""

    exit_code: ClassVar[int] = 4
    area: ClassVar[str] = "errors"

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.given: Mapping[str, object] = values
        """The values as they were given: an exception among them is put into words when the language is known."""
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
    """A declaration that comes with the program (schema, regulation) cannot be used; its makers read English."""

    def __init__(self, path: Path | str, key: str, problem: str) -> None:
        super().__init__("broken-declaration", path=path, key=key, problem=problem)


class BadOfficeFile(TdnvError):
    """A file that the office writes (settings, calendar, unit list) cannot be used; `code` is of declarations.toml."""

    area = "declarations"

    def __init__(self, path: Path | str, code: str, **values: object) -> None:
        super().__init__(code, path=path, **values)


class BrokenSurroundings(TdnvError):
    """Disk, folder, database or platform do not do what is needed."""
