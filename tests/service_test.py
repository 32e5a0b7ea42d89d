"""`tdnv service print`: what it prints starts this very program on this very workspace, whatever they are called."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tdnv_sheets.cli import service as command
from tdnv_sheets.pipeline.service import KINDS, Service, as_bytes, how_to, systemd_unit
from tests.conftest import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import SmallOffice

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
LINUX = Service(
    ("/opt/chương trình/bin/tdnv",), '/srv/Sở "NN&MT" 100% $HOME', "Sở Nông nghiệp & Môi trường 5%", "văn-thư", "vi"
)
WINDOWS = Service(
    (r"C:\Program Files\Python\Scripts\tdnv.exe",), "D:\\Văn phòng Sở\\Báo cáo & <mới>\\", "Sở <NN>", r"SO\thu", "vi"
)


def systemd_words(line: str) -> list[str]:
    """Take a command line apart as systemd.syntax(7) says: quotes, backslashes, then specifiers and variables."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%").replace("$$", "$") for word in words]


def settings_of(unit: str) -> Mapping[str, str]:
    return dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)


def windows_words(line: str) -> list[str]:
    """A faithful double of CommandLineToArgvW for words after the first: quotes, and backslashes before quotes."""
    words, word, quoted, slashes, begun = [], "", False, 0, False
    for sign in f"{line} ":
        if sign == "\\":
            slashes, begun = slashes + 1, True
            continue
        if sign == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
            begun = True
        else:
            word += "\\" * slashes
            if sign == " " and not quoted:
                if begun:
                    words.append(word)
                word, begun = "", False
            else:
                word, begun = word + sign, True
        slashes = 0
    return words


def test_a_systemd_unit_gives_each_word_whole_and_starts_again_after_a_failure() -> None:
    said = settings_of(systemd_unit(LINUX))

    assert tuple(systemd_words(said["ExecStart"])) == LINUX.arguments
    assert said["WorkingDirectory"] == '/srv/Sở "NN&MT" 100%% $HOME'
    assert said["Description"].startswith("Nhận tệp báo cáo của Sở Nông nghiệp & Môi trường 5%% ")
    assert (said["User"], said["Restart"], said["WantedBy"]) == ("văn-thư", "always", "multi-user.target")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    folder = tmp_path / "Sở «NN» 100% báo cáo"
    folder.mkdir()
    program = folder / "tdnv chạy"
    program.symlink_to(sys.executable)
    unit = tmp_path / f"{LINUX.name}.service"
    unit.write_text(systemd_unit(replace(LINUX, command=(str(program),), folder=str(folder), user="root")))

    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert unit.name not in done.stderr


def test_a_scheduled_task_is_whole_utf_16_and_is_looked_after_every_few_minutes() -> None:
    data = as_bytes("task-scheduler", KINDS["task-scheduler"](WINDOWS))
    assert data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    assert data.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>')
    task = ET.fromstring(data)  # noqa: S314 - our own text

    def text(path: str) -> str | None:
        return task.findtext("/".join(f"{TASK}{name}" for name in path.split("/")))

    assert (task.tag, task.get("version")) == (f"{TASK}Task", "1.2")
    words = windows_words(f"{text('Actions/Exec/Command')} {text('Actions/Exec/Arguments')}")
    assert tuple(words) == WINDOWS.arguments
    assert text("Actions/Exec/WorkingDirectory") == WINDOWS.folder
    assert text("Principals/Principal/UserId") == r"SO\thu"
    assert text("Triggers/BootTrigger/Enabled") == text("Triggers/TimeTrigger/Enabled") == "true"
    assert text("Triggers/TimeTrigger/Repetition/Interval") == "PT5M"
    assert text("Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert text("Settings/ExecutionTimeLimit") == "PT0S"
    assert text("Settings/RestartOnFailure/Interval") == "PT1M"


def test_a_windows_service_names_its_wrapper_and_restarts() -> None:
    config = ET.fromstring(KINDS["windows-service"](WINDOWS))  # noqa: S314 - our own text

    assert config.findtext("id") == WINDOWS.name
    assert config.findtext("executable") == WINDOWS.command[0]
    assert tuple(windows_words(config.findtext("arguments") or "")) == WINDOWS.arguments[1:]
    restart = config.find("onfailure")
    assert restart is not None
    assert restart.get("action") == "restart"
    assert "WinSW" in how_to("windows-service", WINDOWS, "")
    assert f'"{WINDOWS.user}"' in how_to("windows-service", WINDOWS, "")


def test_a_job_of_macos_is_a_property_list_with_the_words_as_they_are() -> None:
    job = plistlib.loads(KINDS["launchd"](LINUX).encode())

    assert tuple(job["ProgramArguments"]) == LINUX.arguments
    assert (job["Label"], job["KeepAlive"], job["RunAtLoad"]) == (LINUX.name, True, True)


def test_a_name_is_plain_and_no_other_workspace_of_the_machine_has_it() -> None:
    other = replace(LINUX, folder=LINUX.folder + "/b")

    for one in (LINUX, WINDOWS, other, replace(LINUX, folder="/«»")):
        assert re.fullmatch(r"tdnv(-[a-z0-9]+)+", one.name)
    assert LINUX.name.startswith("tdnv-so-nn-va-mt-100-home-")
    assert other.name != LINUX.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_writes_it_for_this_workspace_and_says_what_to_do_next(office: SmallOffice, kind: str) -> None:
    path = office.root.parent / f"{kind}.txt"

    done = office.run("service", "print", "--kind", kind, "-o", path)
    printed = office.run("service", "print", "--kind", kind)

    assert (done.code, done.out, printed.code) == (0, "", 0)
    written = path.read_bytes().decode("utf-16" if kind == "task-scheduler" else "utf-8")
    assert written.replace(' encoding="UTF-16"', "", 1) == printed.out if kind == "task-scheduler" else printed.out
    assert str(office.root) in printed.out
    assert "Gỡ bỏ" in done.err
    assert "Remove it" in office.run("service", "print", "--kind", kind, lang="en").err


def test_the_program_it_names_is_there_and_is_this_one() -> None:
    program = command.program()

    assert Path(program[0]).is_absolute()
    done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tdnv")


def test_without_a_workspace_there_is_nothing_to_print(tmp_path: Path) -> None:
    assert run("-C", tmp_path, "service", "print").code == 2
    # A place that cannot be written is said in words.
    assert "Traceback" not in run("-C", tmp_path, "service", "print", "-o", tmp_path / "nicht" / "da").err
