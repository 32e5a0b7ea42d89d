"""The real process: started, stopped, killed and started again, twice at once, and once for a scheduler."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.inbox import heartbeat
from tdnv_sheets.pipeline.doctor import State, examine
from tests.conftest import NOW, TODAY, SmallOffice, fill
from tests.registers import ONE, TWO
from tests.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60.0
"""Seconds that a busy machine may take."""


@contextmanager
def running(office: SmallOffice, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-c",
        "from tdnv_sheets.cli.main import main; main()",
        "-C",
        str(office.root),
        "--as-of",
        TODAY.isoformat(),
        "watch",
    ]
    call = [*command, "--quiet-for", "0.3", *options]
    with subprocess.Popen(call, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def taken(office: SmallOffice, name: str) -> Callable[[], bool]:
    return lambda: bool(list(office.root.glob(f"luu-tru/*/{name}")))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that another process can send")
def test_row_18_a_service_that_is_killed_goes_on_when_it_is_started_again_and_ends_when_it_is_asked_to(
    office: SmallOffice,
) -> None:
    rain = fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}})
    salt = fill(office.issue("cctl"), {TWO: {"difficulty": "Nước mặn"}})
    with running(office) as first:
        office.drop(rain, "một.xlsx")
        until(taken(office, "một.xlsx"), first)

        second = office.run("watch")
        assert (second.code, str(first.pid) in second.err) == (3, True)
        lines = {line.code: line for line in examine(office.root, heartbeat_time(office))}
        assert {"watch-events", "watch-poll"} & lines.keys()

        first.kill()
        first.wait()
    assert (office.space.hidden / heartbeat.LOCK).exists()
    lines = {line.code: line for line in examine(office.root, heartbeat_time(office))}
    assert lines["watch-dead"].state is State.ATTENTION

    with running(office, "--log-format", "json") as again:
        office.drop(salt, "hai.xlsx")
        until(taken(office, "hai.xlsx"), again)
        again.send_signal(signal.SIGTERM)
        _, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert (events[0], events[-1]) == ("started", "stopped")
    assert "received" in events
    assert list(office.space.hidden.glob("*lock")) == []
    log = (office.space.hidden / "logs" / "watch.log").read_text(encoding="utf-8")
    assert "một.xlsx" in log
    assert "Nước mặn" not in log
    assert "watch-stopped" in {line.code for line in examine(office.root, heartbeat_time(office))}


def heartbeat_time(office: SmallOffice) -> datetime:
    beat = heartbeat.read(office.space.hidden)
    assert beat is not None
    return datetime.fromisoformat(beat.seen)


# ------------------------------------------------------------------ once


def test_one_round_for_a_scheduler_ends_with_what_it_found(office: SmallOffice) -> None:
    assert office.run("watch", "--once", "--quiet-for", "0.2").code == 0

    office.drop(fill(office.issue("cctl"), {ONE: {"completed_date": "giữa tháng"}}), "bản.xlsx")
    done = office.run("watch", "--once", "--quiet-for", "0.2")
    assert done.code == 1
    assert "bản.xlsx" in done.err
    assert taken(office, "bản.xlsx")()

    half = office.drop(office.issue("cckl"), "dở.xlsx")
    half.write_bytes(half.read_bytes()[:-50])
    assert office.run("watch", "--once", "--quiet-for", "0.2").code == 3
    assert half.exists()


# ------------------------------------------------------------------ what IT sees


def test_doctor_says_what_a_watcher_waits_for(office: SmallOffice) -> None:
    assert "watch-none" in {line.code for line in examine(office.root, NOW)}
    watched = Watched(office)
    (office.space.inbox / "mật.xlsx").write_bytes(b"PK\x03\x04 and no end")
    owner = office.space.register.with_name(f"~${office.space.register.name}")
    owner.write_bytes(b"\x03Lan")
    watched.pass_(60)
    place = office.space.hidden / heartbeat.LOCK
    from tdnv_sheets.inbox.lock import held

    with held(place, expiry=3600):
        lines = {line.code: line for line in examine(office.root, watched.now.moment.now)}
        assert lines["watch-register"].values["who"] == " (Lan)"
        assert lines["watch-waiting"].values["count"] == 1
        shutil.move(office.space.inbox, office.root / "away")
        watched.pass_(60)
        lines = {line.code: line for line in examine(office.root, watched.now.moment.now)}
        assert lines["watch-inbox"].state is State.BROKEN
        watched.clock += 3600
        assert "watch-silent" in {line.code for line in examine(office.root, watched.now.moment.now)}
    assert "watch-dead" in {line.code for line in examine(office.root, watched.now.moment.now)}
    watched.watcher.close(None)
