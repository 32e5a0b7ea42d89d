"""What XlsxWriter will not draw is an error: it says so by a negative number, which is easily overlooked."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_C = TypeVar("_C")


class Refused(Exception):
    """Something cannot be drawn as asked; `open_book` turns it into `BrokenSurroundings`."""


def raising(*names: str) -> Callable[[type[_C]], type[_C]]:
    """Let the inherited methods *names* of a class raise `Refused` where they give a negative number."""

    def change(cls: type[_C]) -> type[_C]:
        for name in names:
            setattr(cls, name, _raising(getattr(cls, name)))
        return cls

    return change


def _raising(method: Callable[..., object]) -> Callable[..., object]:
    @wraps(method)
    def call(*args: object, **options: object) -> object:
        code = method(*args, **options)
        if isinstance(code, int) and code < 0:
            raise Refused(f"XlsxWriter's {method.__name__} returned {code}")
        return code

    return call
