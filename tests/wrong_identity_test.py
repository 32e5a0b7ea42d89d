"""Whose workbook it is: forged, foreign, half lost, somebody else's; what cannot be trusted changes nothing."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.stamp import CARRIERS, decode, encode
from tests.conftest import TASKS, TODAY, UNITS_CSV, SmallOffice, enter, fill, run
from tests.wrong_input_test import GOOD, TWO, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from openpyxl import Workbook


def token(book: Workbook) -> str:
    return str(book["_tdnv"]["A1"].value)


def write(book: Workbook, carrier: str, text: str) -> None:
    if carrier == "property":
        book.custom_doc_props["tdnv"].value = text  # type: ignore[attr-defined]  # not in the stubs
    elif carrier == "name":
        book.defined_names["_tdnv_token"].attr_text = f'"{text}"'
    else:
        book["_tdnv"]["A1"] = text


def lose(book: Workbook, carrier: str) -> None:
    if carrier == "property":
        del book.custom_doc_props["tdnv"]  # type: ignore[attr-defined]  # not in the stubs
    elif carrier == "name":
        del book.defined_names["_tdnv_token"]
    else:
        book.remove(book["_tdnv"])


def restamp(path: Path, change: Callable[[str], str], carriers: Iterable[str] = CARRIERS) -> Path:
    book = load_workbook(path)
    text = change(token(book))
    for carrier in carriers:
        write(book, carrier, text)
    book.save(path)
    return path


def is_refused(office: SmallOffice, path: Path, code: str, message: str, *options: str) -> dict[str, Any]:
    """Merge a file that must not be trusted; give the one finding."""
    before, revision = office.rows(), office.revision()
    checked = office.run("validate", path, "--format", "json", *options)
    done = office.run("merge", path, "--format", "json", *options)
    (answer,) = done.json
    (finding,) = errors(answer)
    assert (done.code, answer["verdict"], answer["changes"]) == (1, "quarantined", [])
    assert (finding["code"], finding["message"]) == (code, message)
    assert errors(checked.json[0]) == [finding]
    assert checked.code == 1
    assert (office.rows(), office.revision()) == (before, revision)
    assert (office.space.quarantine / path.name).read_bytes() == path.read_bytes()
    return finding


FORGED = "Dấu nhận dạng của tệp đã bị thay đổi, nên không biết chắc tệp của đơn vị nào."


@pytest.mark.parametrize(
    ("old", "new"), [("|cctl|", "|cckl|"), ("|2026-M06|", "|2026-M07|"), ("|unit|1|", "|unit|2|")], ids="upv"
)
def test_a_stamp_that_was_edited_in_all_its_carriers_is_refused(office: SmallOffice, old: str, new: str) -> None:
    book = restamp(fill(office.issue("cctl"), GOOD), lambda text: text.replace(old, new))

    is_refused(office, book, "signature", FORGED)


def test_a_signature_of_letters_that_no_signature_has_is_refused(office: SmallOffice) -> None:
    book = restamp(fill(office.issue("cctl"), GOOD), lambda text: text[:-2] + "ấờ")

    is_refused(office, book, "signature", FORGED)


def test_a_genuine_stamp_of_another_drawing_does_not_pass_for_this_issue(office: SmallOffice) -> None:
    """Whoever has the key still cannot claim an issue with another content or unit than the ledger remembers."""

    def other_content(text: str) -> str:
        stamp = decode(text)
        assert stamp is not None
        return encode(replace(stamp, content="0" * 32), office.space.key())

    is_refused(office, restamp(fill(office.issue("cctl"), GOOD), other_content), "signature", FORGED)


def test_a_workbook_of_another_template_version_is_sent_for_a_new_one(office: SmallOffice) -> None:
    def older(text: str) -> str:
        stamp = decode(text)
        assert stamp is not None
        return encode(replace(stamp, version=0), office.space.key())

    book = restamp(fill(office.issue("cctl"), GOOD), older)

    is_refused(office, book, "old-template", "Tệp theo mẫu phiên bản 0, mẫu đang dùng là phiên bản 1.")


@pytest.mark.parametrize(
    "lost", [pair for size in (1, 2) for pair in itertools.combinations(CARRIERS, size)], ids="-".join
)
def test_a_workbook_that_lost_one_or_two_carriers_is_still_read(office: SmallOffice, lost: tuple[str, ...]) -> None:
    path = fill(office.issue("cctl"), GOOD)
    book = load_workbook(path)
    for carrier in lost:
        lose(book, carrier)
    book.save(path)

    answer = office.merge(path)

    words = {"property": "thuộc tính của tệp", "name": "tên vùng ẩn", "sheet": "trang ẩn"}
    what = ", ".join(words[carrier] for carrier in lost)
    assert [finding["message"] for finding in answer["findings"]] == [
        f"Một phần dấu nhận dạng của tệp bị mất ({what}); phần còn lại đủ để nhận."
    ]
    assert (answer["verdict"], office.rows()[TWO, "cctl"]["progress"]) == ("accepted", "in_progress")


def without_identity(path: Path) -> Path:
    book = load_workbook(path)
    for carrier in CARRIERS:
        lose(book, carrier)
    book.save(path)
    return path


def test_a_workbook_that_lost_all_carriers_is_not_ours(office: SmallOffice) -> None:
    book = without_identity(fill(office.issue("cctl"), GOOD))

    message = "Tệp không phải bản cập nhật do Văn phòng gửi: không có dấu nhận dạng."
    is_refused(office, book, "not-our-template", message)


def test_a_workbook_without_identity_is_read_for_the_unit_that_the_office_names_and_taken_only_by_its_choice(
    office: SmallOffice,
) -> None:
    book = without_identity(fill(office.issue("cctl"), GOOD))

    done = office.run("merge", book, "--unit", "cctl", "--format", "json")

    (answer,) = done.json
    assert (done.code, answer["verdict"], answer["changes"]) == (3, "accepted", [])
    assert {(conflict["task_id"], conflict["field"]) for conflict in answer["conflicts"]} == {
        (TWO, "progress"),
        (TWO, "result_summary"),
    }
    assert office.rows()[TWO, "cctl"]["progress"] is None


def test_one_altered_carrier_is_outvoted(office: SmallOffice) -> None:
    book = restamp(fill(office.issue("cctl"), GOOD), lambda text: text.replace("|cctl|", "|cckl|"), ["name"])

    assert office.merge(book)["verdict"] == "accepted"


def test_two_workbooks_put_together_are_refused(office: SmallOffice) -> None:
    other = token(load_workbook(office.issue("cckl")))
    book = load_workbook(path := fill(office.issue("cctl"), GOOD))
    lose(book, "property")
    write(book, "name", other)
    book.save(path)

    message = "Tệp mang nhiều dấu nhận dạng khác nhau, có thể đã ghép từ hai tệp."
    is_refused(office, path, "two-identities", message)


def test_a_workbook_of_another_office_is_refused(office: SmallOffice, tmp_path: Path) -> None:
    units = tmp_path / "don-vi.csv"
    units.write_text(UNITS_CSV, encoding="utf-8")
    assert run("--as-of", TODAY.isoformat(), "init", tmp_path / "khac", "--units", units).code == 0
    elsewhere = SmallOffice(find(tmp_path / "khac"))
    enter(elsewhere.space, TASKS)

    book = fill(elsewhere.issue("cctl"), GOOD)

    is_refused(office, book, "other-ledger", "Tệp do cơ quan khác gửi cho đơn vị, thuộc một sổ theo dõi khác.")


def test_an_issue_that_the_ledger_forgot_is_refused(office: SmallOffice, office_template: Path, tmp_path: Path) -> None:
    shutil.copytree(office_template, tmp_path / "restored")
    book = fill(office.issue("cctl"), GOOD)
    stamp = decode(token(load_workbook(book)))
    assert stamp is not None

    restored = SmallOffice(find(tmp_path / "restored"))

    is_refused(restored, book, "unknown-issue", f"Không tìm thấy đợt gửi {stamp.issue} trong sổ.")


def test_a_file_named_for_another_unit_is_refused(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), GOOD)

    message = "Tệp là của đơn vị Chi cục Thủy lợi, không phải Chi cục Kiểm lâm."
    is_refused(office, book, "wrong-unit", message, "--unit", "cckl")


def test_the_register_dropped_into_the_inbox_is_told_from_a_units_workbook(office: SmallOffice) -> None:
    copy = office.root.parent / "bản sao sổ.xlsx"
    shutil.copyfile(office.space.register, copy)
    register = office.space.register.read_bytes()

    message = "Đây là sổ theo dõi của Văn phòng, không phải bản cập nhật của đơn vị."
    is_refused(office, copy, "register-here", message)
    assert office.space.register.read_bytes() == register


def test_a_stamp_longer_than_any_of_ours_is_no_stamp(office: SmallOffice) -> None:
    book = restamp(fill(office.issue("cctl"), GOOD), lambda text: text.replace("|unit|1|", f"|unit|{'1' * 6000}|"))

    message = "Tệp không phải bản cập nhật do Văn phòng gửi: không có dấu nhận dạng."
    is_refused(office, book, "not-our-template", message)
