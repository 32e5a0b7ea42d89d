"""Write what an operating system needs to run `tdnv watch` for ever: a unit, a task, a service or an agent, as text.

Formats: systemd.service(5), systemd.syntax(7); the Task Scheduler schema of Windows; WinSW's configuration;
launchd.plist(5).
"""

from __future__ import annotations

import hashlib
import plistlib
import re
import subprocess
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.text.unicode import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_RESTART: Final = 15
"""Seconds after which a watcher that failed is started again."""
_STOP: Final = 120
"""Seconds that a file on its way in is given to come to its end."""
_AGAIN: Final = 5
"""Minutes after which the Task Scheduler looks whether the watcher still runs, and starts it where it does not."""
_WRONG_USAGE: Final = 2
"""The exit code that no other try can mend."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is to run, and as whom."""

    command: tuple[str, ...]
    """The program with an absolute path, and what comes before its options."""
    folder: str
    """The workspace, absolute."""
    office: str
    user: str
    """As the system names users; on Windows with its domain."""
    lang: str

    @property
    def name(self) -> str:
        """Give a name of letters, digits and hyphens that no other workspace of this machine has."""
        last = re.split(r"[\\/]", self.folder.rstrip("\\/"))[-1]
        words = re.sub(r"[^a-z0-9]+", "-", bare(last)).strip("-")
        mark = hashlib.sha256(self.folder.encode()).hexdigest()[:6]
        return f"tdnv-{words}-{mark}" if words else f"tdnv-{mark}"

    @property
    def title(self) -> str:
        """Say in words what runs."""
        return say("service.title", self.lang, office=self.office)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Give the whole command line."""
        return (*self.command, "-C", self.folder, "--lang", self.lang, "watch")


def systemd_unit(service: Service) -> str:
    """Write a unit for /etc/systemd/system."""
    return f"""[Unit]
Description={_specifiers(service.title)}
RequiresMountsFor={_systemd_word(service.folder)}
Wants=network-online.target
After=network-online.target remote-fs.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={_specifiers(service.user)}
WorkingDirectory={_specifiers(service.folder)}
ExecStart={" ".join(_systemd_word(word).replace("$", "$$") for word in service.arguments)}
Restart=always
RestartSec={_RESTART}
RestartPreventExitStatus={_WRONG_USAGE}
KillMode=mixed
TimeoutStopSec={_STOP}
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
"""


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifiers(quoted)}"'


def scheduled_task(service: Service) -> str:
    """Write a task for the Task Scheduler of Windows, without a word on its encoding: see `as_bytes`.

    Windows itself starts a task anew only where it could not be started at all; so a second trigger looks every some
    minutes, and does nothing while the first is still at work.
    """
    return f"""<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(service.title)}</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
      <Delay>PT1M</Delay>
    </BootTrigger>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
      <Repetition>
        <Interval>PT{_AGAIN}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(service.user)}</UserId>
      <LogonType>Password</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(_windows_line(service.arguments[:1]))}</Command>
      <Arguments>{escape(_windows_line(service.arguments[1:]))}</Arguments>
      <WorkingDirectory>{escape(service.folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def windows_service(service: Service) -> str:
    """Write the configuration of WinSW, which runs a program as a service: Windows cannot do so with any program."""
    return f"""<service>
  <id>{service.name}</id>
  <name>{escape(service.title)}</name>
  <description>{escape(say("service.description", service.lang, folder=service.folder))}</description>
  <executable>{escape(service.arguments[0])}</executable>
  <arguments>{escape(_windows_line(service.arguments[1:]))}</arguments>
  <workingdirectory>{escape(service.folder)}</workingdirectory>
  <startmode>Automatic</startmode>
  <delayedAutoStart>true</delayedAutoStart>
  <onfailure action="restart" delay="{_RESTART} sec"/>
  <resetfailure>1 hour</resetfailure>
  <stoptimeout>{_STOP} sec</stoptimeout>
  <log mode="roll-by-size">
    <sizeThreshold>10240</sizeThreshold>
    <keepFiles>4</keepFiles>
  </log>
</service>
"""


def launch_agent(service: Service) -> str:
    """Write a job for launchd of macOS."""
    job = {
        "Label": service.name,
        "ProgramArguments": list(service.arguments),
        "WorkingDirectory": service.folder,
        "UserName": service.user,
        "RunAtLoad": True,
        "KeepAlive": True,
        "ThrottleInterval": _RESTART,
        "ExitTimeOut": _STOP,
        "ProcessType": "Background",
    }
    return plistlib.dumps(job, sort_keys=False).decode()


KINDS: Final[Mapping[str, Callable[[Service], str]]] = MappingProxyType(
    {
        "systemd": systemd_unit,
        "task-scheduler": scheduled_task,
        "windows-service": windows_service,
        "launchd": launch_agent,
    }
)
_ENDINGS: Final = MappingProxyType(
    {"systemd": ".service", "task-scheduler": ".xml", "windows-service": ".xml", "launchd": ".plist"}
)


def as_bytes(kind: str, text: str) -> bytes:
    """Give the text as its file holds it: `schtasks` wants UTF-16, with a sign of it and a word on it."""
    if kind != "task-scheduler":
        return text.encode()
    return text.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>', 1).encode("utf-16")


def how_to(kind: str, service: Service, path: str) -> str:
    """Say how the system is told of it, step by step; *path* is where the text was written."""
    name = f"{service.name}{_ENDINGS[kind]}"
    values = {"name": service.name, "path": path or name, "user": service.user}
    return {
        "systemd": say("service.how_systemd", service.lang, **values),
        "task-scheduler": say("service.how_task-scheduler", service.lang, **values),
        "windows-service": say("service.how_windows-service", service.lang, **values),
        "launchd": say("service.how_launchd", service.lang, **values),
    }[kind]


def _windows_line(words: Sequence[str]) -> str:
    """Put words together as programs on Windows take them apart again."""
    return subprocess.list2cmdline(words)
