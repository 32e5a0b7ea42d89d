"""The public page: figures only, whole in itself, for every reader, and drawn by a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest

from tdnv_sheets.render.report_page import draw_page, page
from tests.drawings import reworded
from tests.report_sample import NAMES, issued_again, overdue, paper, summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOID: Final = frozenset({"meta", "rect", "line"})
"""Elements that hold nothing; those of SVG are written `<rect …/>`."""
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Tree(HTMLParser):
    """The page's elements in their order: (tag, attributes, tags above); closing tags have to fit."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self._above: list[str] = []
        self.feed(text)
        assert self._above == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self._above)))
        if tag not in VOID:
            self._above.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self._above)))

    def handle_endtag(self, tag: str) -> None:
        assert self._above.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._above[-1] if self._above else "", data.strip()))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return page(paper())


@pytest.fixture(scope="module")
def tree(text: str) -> Tree:
    return Tree(text)


# ------------------------------------------------------------------ what is on it


def test_the_page_tells_the_figures_of_the_report(text: str) -> None:
    for words in (
        "Kết quả thực hiện nhiệm vụ được giao 6 tháng đầu năm 2026",
        "Số liệu tính đến ngày 10/06/2026",
        "(Điều 17.3, Quy chế theo dõi, đôn đốc thực hiện nhiệm vụ (2022))",
        "đã hoàn thành (63,0%)",
        "Trung tâm Khuyến nông và Dịch vụ nông nghiệp tỉnh",
        "Chi cục Thủy lợi: 42 nhiệm vụ. Hoàn thành đúng hạn: 19; Hoàn thành quá hạn: 4;",
        "Ngày chốt số liệu: ngày Văn phòng phải báo cáo (khoản 2 Điều 20, áp dụng từ 01/01/2022).",
    ):
        assert words in text, words


def test_nothing_that_anybody_typed_about_a_task_is_on_it() -> None:
    field = "ZQXFIELD"
    item = overdue(1, date(2026, 3, 1), **dict.fromkeys(("signer", "reporter", "note", "assigner"), field))
    told = reworded(item, lambda word: f"{field}{word}")
    figures = replace(summary(), overdue=(told,), late=(told,), due_soon=(told,), undated_silent=(told,))
    assert field not in page(paper(figures))


def test_columns_for_the_office_only_are_not_on_it(text: str) -> None:
    for words in ("Gia hạn", "So kỳ trước", "Ghi chú", "chờ Văn phòng xác nhận", "Bộ phận theo dõi", "Kiến nghị"):
        assert words not in text


def test_names_are_words_and_never_markup() -> None:
    lure = "<script>alert(1)</script>{{ 7*7 }}\"'&"
    text = page(paper(names={**NAMES, "CCTL": lure}))
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}&#34;&#39;&amp;" in text
    Tree(text)


def test_a_report_that_does_not_reconcile_says_so_on_the_page() -> None:
    figures = summary()
    wrong = replace(figures, checks=(replace(figures.checks[0], ok=False),))
    assert "Có 1 phép đối chiếu không khớp" in page(paper(wrong))


def test_a_report_that_was_issued_again_says_that_and_not_why() -> None:
    text = page(paper(issued_again(summary())))
    assert "Phát hành lại lần 1, số liệu chốt ngày 02/07/2026" in text
    assert "Đơn vị gửi nhầm" not in text


def test_a_report_without_units_and_tables_is_a_page_all_the_same() -> None:
    figures = summary()
    bare = replace(figures, units=(), trend=(), breakdowns=type(figures.breakdowns)(), applied=())
    text = page(paper(bare, "en"))
    assert "There is no unit in this report." in text
    Tree(text)


# ------------------------------------------------------------------ whole in itself, and for everybody


def test_it_asks_for_nothing_from_elsewhere(text: str, tree: Tree) -> None:
    assert not re.search(r"https?:|url\(|@import|//[a-z]", text)
    assert [it["href"] for it in tree.all("a")] == ["#so-lieu"]
    assert not any("src" in attributes for _, attributes, _ in tree.elements)
    assert {"script", "link", "iframe", "img", "object", "form"} & {name for name, _, _ in tree.elements} == set()
    assert any((it.get("content") or "").startswith("default-src 'none'") for it in tree.all("meta"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_says_its_language_and_its_headings_follow_each_other(lang: str) -> None:
    tree = Tree(page(paper(lang=lang)))
    assert tree.all("html") == [{"lang": lang}]
    levels = [int(name[1]) for name, _, _ in tree.elements if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_head_says_what_it_heads(tree: Tree) -> None:
    assert len(tree.all("caption")) == len(tree.all("table")) > 2
    regions = [it.get("aria-label") for it in tree.all("div") if it.get("role") == "region"]
    assert len(set(regions)) == len(tree.all("table"))
    assert {it.get("scope") for it in tree.all("th")} == {"row", "col", "colgroup"}


def test_every_picture_has_words(tree: Tree) -> None:
    pictures = [it for it in tree.all("svg") if it.get("role") == "img"]
    titles = [above for name, _, above in tree.elements if name == "title" and "svg" in above]
    assert len(pictures) == len(titles) == 4
    hidden = [it for it in tree.all("ul") if it.get("aria-hidden") == "true"]
    assert len(hidden) == 2


def test_ids_are_given_once_and_the_skip_link_leads_to_one(tree: Tree) -> None:
    ids = [attributes["id"] for _, attributes, _ in tree.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "so-lieu" in ids


def test_letters_stand_out_from_their_ground(text: str) -> None:
    """By WCAG 2.1, 4.5 to 1; what a rule does not say is white."""
    style = text[text.index("<style>") : text.index("</style>")]
    pairs = set(_colours(style))
    assert len(pairs) > 4
    assert {pair: _contrast(*pair) for pair in pairs if _contrast(*pair) < 4.5} == {}


def _colours(style: str) -> Iterator[tuple[str, str]]:
    for body in re.findall(r"\{([^{}]*)\}", style):
        found = dict(re.findall(r"(?:^|[;\s])(color|background): (#[0-9a-f]{3,6})", body))
        if "color" in found:
            yield found["color"], found.get("background", "#fff")


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(sign * 2 for sign in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_same_report_gives_the_same_page(text: str) -> None:
    assert page(paper()) == text


# ------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    return found


def test_a_browser_shows_the_page_without_scrolling_sideways_and_without_complaint(
    browser: str, tmp_path: Path
) -> None:
    draw_page(paper(), tmp_path / "a.html")
    probe = (
        (tmp_path / "a.html").read_text(encoding="utf-8").replace("default-src 'none'", "script-src 'unsafe-inline'")
    )
    ask = "<script>document.title = [innerWidth, document.documentElement.scrollWidth, document.querySelectorAll('svg').length, [...document.querySelectorAll('.bars svg')].filter(s => s.getBoundingClientRect().width > 100).length, document.querySelector('.chart').getBoundingClientRect().height > 100].join(' ')</script></body>"
    (tmp_path / "probe.html").write_text(probe.replace("</body>", ask), encoding="utf-8")
    command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=500,1400"]
    told = subprocess.run(
        [*command, "--dump-dom", (tmp_path / "probe.html").as_uri()], check=True, capture_output=True, timeout=120
    ).stdout.decode()
    title = re.search("<title>(.*?)</title>", told)
    assert title
    inner, whole, pictures, bars, chart = title[1].split()
    assert int(whole) <= int(inner)
    assert (int(pictures), int(bars), chart) == (14, 3, "true")


def test_a_browser_prints_it_on_a4_across(browser: str, tmp_path: Path) -> None:
    draw_page(paper(), tmp_path / "a.html")
    command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    made = tmp_path / "a.pdf"
    subprocess.run(
        [*command, f"--print-to-pdf={made}", (tmp_path / "a.html").as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", made.read_bytes())
    assert boxes
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(842, 595)}
