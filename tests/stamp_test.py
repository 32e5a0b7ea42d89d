"""The stamp of a workbook: it comes back as it was written, and nobody alters it unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tdnv_sheets.stamp import CARRIERS, Stamp, content_digest, decode, encode, find, is_genuine

KEY = bytes(range(32))
words = st.text(st.characters(codec="utf-8", exclude_characters="|", exclude_categories=["Cc", "Zs", "Zl", "Zp"]))
short = words.filter(lambda text: len(text) <= 20)
stamps = st.builds(
    Stamp,
    kind=st.sampled_from(["unit", "register"]),
    version=st.integers(0, 99),
    ledger=short,
    issue=short,
    unit=short,
    period=short,
    revision=st.integers(0, 10**9),
    content=st.text("0123456789abcdef", min_size=32, max_size=32),
)


@given(stamps)
def test_a_stamp_comes_back_as_it_was_written_and_fits_into_a_property(stamp: Stamp) -> None:
    text = encode(stamp, KEY)

    assert decode(text) == stamp
    assert is_genuine(text, KEY)
    assert len(text) <= 250


@given(stamps, st.data())
def test_any_altered_character_makes_it_not_genuine(stamp: Stamp, data: st.DataObject) -> None:
    text = encode(stamp, KEY)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8"))
    assume(other != text[at])

    assert not is_genuine(text[:at] + other + text[at + 1 :], KEY)


@given(stamps, st.data())
def test_a_character_left_out_or_put_in_makes_it_not_genuine(stamp: Stamp, data: st.DataObject) -> None:
    text = encode(stamp, KEY)
    at = data.draw(st.integers(1, len(text) - 1))

    assert not is_genuine(text[:at] + text[at + 1 :], KEY)
    assert not is_genuine(f"{text[:at]}ạ{text[at:]}", KEY)


@given(stamps, st.binary(min_size=1, max_size=64))
def test_another_key_signs_another_stamp(stamp: Stamp, key: bytes) -> None:
    assume(key.rstrip(b"\0") != KEY.rstrip(b"\0"))

    assert not is_genuine(encode(stamp, key), KEY)


@given(st.text())
def test_any_text_is_read_without_a_crash(text: str) -> None:
    assert decode(text) is None
    assert not is_genuine(text, KEY)
    assert find([("property", text)]).stamp is None


@pytest.mark.parametrize("number", ["9" * 6000, "²", "-1", "", "1.0", "abc"])
def test_a_number_that_is_none_makes_no_stamp(number: str) -> None:
    assert decode(f"tdnv1|unit|1|l|i|u|p|{number}|c|mac") is None


def test_blanks_around_a_stamp_do_not_count() -> None:
    text = encode(a_stamp(), KEY)

    assert decode(f" {text}\n") == a_stamp()
    assert is_genuine(f" {text}\n", KEY)


def test_a_part_with_the_separator_is_not_written() -> None:
    with pytest.raises(ValueError, match=r"holds '\|'"):
        encode(replace(a_stamp(), unit="a|b"), KEY)


def test_a_stamp_that_would_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="longer than 250"):
        encode(replace(a_stamp(), unit="đ" * 200), KEY)


def a_stamp() -> Stamp:
    return Stamp("unit", 1, "f91f5db1", "38c2054be1", "cctl", "2026-M06", 7, "0" * 32)


ONE, OTHER = encode(a_stamp(), KEY), encode(replace(a_stamp(), unit="cckl"), KEY)


@given(st.permutations(CARRIERS))
def test_two_carriers_outvote_the_third(carriers: list[str]) -> None:
    first, second, third = carriers

    found = find([(first, ONE), (second, ONE), (third, OTHER)])

    assert (found.stamp, found.text, found.lost, found.disagree) == (a_stamp(), ONE, (), False)


@given(st.sets(st.sampled_from(CARRIERS), min_size=1))
def test_the_carriers_that_are_left_are_enough_and_the_others_are_named(left: set[str]) -> None:
    found = find([(carrier, ONE) for carrier in CARRIERS if carrier in left])

    assert found.stamp == a_stamp()
    assert set(found.lost) == set(CARRIERS) - left


@given(st.permutations(CARRIERS))
def test_a_carrier_with_something_else_in_it_counts_as_lost(carriers: list[str]) -> None:
    found = find([(carriers[0], ONE), (carriers[1], "không phải dấu nhận dạng"), (carriers[2], "")])

    assert found.stamp == a_stamp()
    assert set(found.lost) == set(carriers[1:])


def test_one_against_one_is_a_tie_that_nobody_wins() -> None:
    found = find([("property", ONE), ("sheet", OTHER)])

    assert (found.stamp, found.disagree) == (None, True)


def test_three_different_stamps_are_a_tie_too() -> None:
    third = encode(replace(a_stamp(), revision=8), KEY)

    assert find([("property", ONE), ("name", OTHER), ("sheet", third)]).disagree


def test_nothing_found_is_no_disagreement() -> None:
    found = find([])

    assert (found.stamp, found.text, found.lost, found.disagree) == (None, "", CARRIERS, False)


cells = st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)))


@given(st.lists(st.tuples(short, cells), max_size=4), st.lists(st.tuples(short, cells), max_size=4))
def test_two_contents_have_one_digest_only_when_they_are_the_same(
    one: list[tuple[str, list[str | None]]], other: list[tuple[str, list[str | None]]]
) -> None:
    columns = ["task_id", "deadline"]

    assert (content_digest(columns, one) == content_digest(columns, other)) == (one == other)
