"""State secrets must not enter this program: any sign of độ mật in a row is seen here, before the row is kept anywhere.

Law: Luật 117/2025/QH15 Đ5(2); signs and policy: practice/vietnam.md §4. Whoever refuses names the row number only.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.text.legacy import Encoding, decode
from tdnv_sheets.text.unicode import fold, plain

if TYPE_CHECKING:
    from collections.abc import Iterable


class Secrecy(StrEnum):
    """What a text's signs of secrecy ask for."""

    OK = "ok"
    WARN = "warn"
    """Speaks of secrets, is not marked as one."""
    REFUSE = "refuse"


_PERHAPS: Final = re.compile(
    # mật: composed or not, letter-spaced, unaccented, as VNI and as TCVN3; and 12/M-…; all begin with the same letter.
    # Unaccented it is only a word of its own: markup is full of «format».
    r"[mM](?!(?<=[A-Za-z].)[aA][tT]|[aA][tT][A-Za-z])(?:[\W_]*(?:[aAâÂạẠậẬ]|[aA][\W_]*[äÄ]|[Ëë])[\W_]*[tT]|[\W_]*[/∕⁄−\u2010-\u2015-])"
)
"""What every text that is judged anything but `OK` holds; all others need not be looked at closely."""
_UNICODE: Final = re.compile(r"[ăĂđĐĩĨũŨơƠưƯ\u1EA0-\u1EF9]")
_BLANKS: Final = re.compile(r"(?:[^\S\n]|_)+")
"""Underscores too: names of files and of ranges have them for blanks."""
_LEVEL: Final = re.compile(r"\b(?:tối|tuyệt)[\s_-]*mật\b", re.IGNORECASE)
_UNACCENTED: Final = re.compile(r"\b(?:TOI|TUYET)[\s-]+MAT\b")
_OTHER_WORD: Final = r"(?!\s+(?:độ|khẩu|ong|mía|mã|hoa|vụ|thư|thiết)\b)"
_STAMP: Final = re.compile(
    r"(?<!BÍ )(?<!BẢO )(?<!CƠ )(?<!LẤY )(?<!KHÔNG )\bM ?Ậ ?T\b(?!\s+(?:ĐỘ|KHẨU|ONG|MÍA|MÃ|HOA|VỤ|THƯ|THIẾT)\b)"
)
_PHRASE: Final = re.compile(
    r"\b(?:văn bản|công văn|tài liệu|hồ sơ|chế độ|đóng dấu|dấu|mức|loại|hỏa tốc|thượng khẩn|phiếu|báo cáo|tờ trình)"
    rf"\s*[:-]?\s+mật\b{_OTHER_WORD}",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"[(\[{«\"'“]\s*mật\s*[)\]}»\"'”]|^[^\w\n]*mật[^\w\n]*$", re.IGNORECASE | re.MULTILINE)
_STATED: Final = re.compile(r"(?<!chế )\b(?:mức )?độ mật\s*[:=]\s*([^;,.\n]*)", re.IGNORECASE)
_TOPIC: Final = re.compile(r"\bbí mật (?:nhà nước|quốc gia|công tác|quân sự)\b|\btài liệu bí mật\b", re.IGNORECASE)
_NUMBER_HINT: Final = re.compile(r"\b\d+[a-z]?\s*[/-]\s*(?:M|TM|TuM)\s*[/-]")
"""A local habit without a legal base, so only a hint."""
_CAPTION: Final = re.compile(r"(?:mức )?(?:độ|mức) mật|mật")
_NOT_SECRET: Final = frozenset({"", "thường", "không mật", "không", "bình thường", "không có", "0", "không độ mật"})


def secrecy(text: str, font: str = "") -> Secrecy:
    """Judge one cell by what is written in it; *font* is the encoding that the cell's font implies, if any."""
    return judged(text, font) if perhaps_marked(text) else Secrecy.OK


def refuse_secrets(*typed: str) -> None:
    """Raise `WrongUsage` when one of the texts that a person typed beside a command bears a mark of secrecy."""
    if any(secrecy(text) is Secrecy.REFUSE for text in typed):
        raise WrongUsage("secret-words")


def perhaps_marked(text: str) -> bool:
    """Say quickly whether *text* can hold any sign at all."""
    return _PERHAPS.search(text) is not None


def judged(text: str, font: str = "") -> Secrecy:
    """Judge a text by all signs, the readings of the fonts before Unicode included where it can be one."""
    composed = plain(text)
    verdict = _judged(composed)
    if verdict is Secrecy.REFUSE or composed.isascii() or _UNICODE.search(composed):
        return verdict
    encodings = {Encoding.TCVN3, Encoding.VNI} | ({Encoding(font)} if font else set())
    read = {_judged(plain(decode(composed, encoding))) for encoding in encodings}
    return next((worst for worst in (Secrecy.REFUSE, Secrecy.WARN) if worst in read | {verdict}), Secrecy.OK)


def _judged(composed: str) -> Secrecy:
    text = _BLANKS.sub(" ", composed)
    stated = _STATED.search(text)
    if stated is not None and level_refused(stated[1]):
        return Secrecy.REFUSE
    if any(sign.search(text) for sign in (_LEVEL, _UNACCENTED, _STAMP, _PHRASE, _ALONE)):
        return Secrecy.REFUSE
    return Secrecy.WARN if _TOPIC.search(text) or _NUMBER_HINT.search(text) else Secrecy.OK


def level_refused(value: str) -> bool:
    """Say whether a value of the column «Độ mật» marks a secret: everything but empty, «Thường» and «Không mật»."""
    return fold(value) not in _NOT_SECRET


def is_level_caption(caption: str) -> bool:
    """Say whether a column with this caption holds the level of secrecy."""
    return bool(_CAPTION.fullmatch(fold(caption)))


def marked_secret(values: Iterable[str]) -> bool:
    """Say whether any of the cells is marked as secret."""
    return any(secrecy(value) is Secrecy.REFUSE for value in values)


def row_secrecy(cells: Iterable[tuple[str, str]]) -> Secrecy:
    """Judge a row of (caption, text), the column «Độ mật» by its value and every cell by its words."""
    verdict = Secrecy.OK
    for caption, text in cells:
        if is_level_caption(caption) and level_refused(text):
            return Secrecy.REFUSE
        found = secrecy(text)
        if found is Secrecy.REFUSE:
            return found
        if found is Secrecy.WARN:
            verdict = found
    return verdict
