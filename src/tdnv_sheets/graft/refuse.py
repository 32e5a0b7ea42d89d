"""Why a file is not grafted, and how much of one is read."""

from __future__ import annotations

from typing import Final

MAX_PARTS: Final = 4_000
MAX_PART: Final = 2**30
"""Bytes of one part, inflated; a register of 100,000 rows takes 200 MB."""
MAX_TOTAL: Final = 2**31
MAX_TREE: Final = 2**26
"""Bytes of a part that is read as a tree: all but sheets and shared strings."""


class CannotGraft(Exception):
    """Nothing can be put into the file; `code` is the end of an entry of messages/parts.toml, `detail` for its makers."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
