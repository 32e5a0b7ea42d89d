"""Let several intake nodes merge into one ledger at once, and compare with one node that took the same files in alone."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.store import Ledger
from tests.conftest import TODAY, run
from tests.databases import keep_ledger_in
from tests.kill_office import FIELDS, differing, fill, fill_many, ledger_facts, make_office, point_to, shelf_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.inbox.workspace import Workspace
    from tests.kill_office import Issued

_ROOT: Final = Path(__file__).parents[1]
_LONGEST_WAIT: Final = 10.0
_UNITS: Final = 10
_DONE: Final = {0, 1, 3}


@dataclass(slots=True)
class Account:
    """What happened, and what did not come out as it should."""

    files: int
    processes: int
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"{self.files} files, {self.processes} processes, {self.seconds:.1f} s"
        yield f"{len(self.waits)} turns to write, the longest wait for one {max(self.waits, default=0):.2f} s"
        yield from (f"WRONG {line}" for line in self.wrong)
        yield "the same as one after the other" if not self.wrong else f"{len(self.wrong)} things are wrong"


def prove(folder: Path, *, files: int, processes: int, seed: int, ledger: str) -> Account:
    """Merge *files* by *processes* at once into the ledger at *ledger*, an address where nothing is yet.

    Beside files that do not touch each other there are twins, the same file sent through two nodes, and rivals, two
    files that write different words into one cell.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    pairs = max(2, files // 20)
    units = min(_UNITS, max(3, files // 10))
    tasks = -(-(files + pairs) // (units * len(FIELDS)))
    office = make_office(folder / "before", units=units, tasks=tasks)
    alone = fill_many(office, folder / "files", files, seed=seed, spoilt=False)
    rivals = _rivals(office, folder / "rivals", files, pairs)
    serial, nodes = _places(office.space, folder, processes, ledger)
    twins = chance.sample(alone, pairs)
    for path in alone:
        shutil.copyfile(path, serial.inbox / path.name)
        first, second = chance.sample(nodes, 2)
        shutil.copyfile(path, first.inbox / path.name)
        if path in twins:
            shutil.copyfile(path, second.inbox / path.name)
    for pair in rivals:
        for path, node in zip(pair, chance.sample(nodes, 2), strict=True):
            shutil.copyfile(path, node.inbox / path.name)
    account = Account(files, processes)
    _all_at_once(nodes, account, folder / "go")
    done = run("-C", serial.root, "--as-of", TODAY.isoformat(), "merge")
    assert done.code == 0, done
    account.wrong += _compare(
        nodes, serial, {path.name for path in twins}, [path.name for pair in rivals for path in pair]
    )
    return account


def _rivals(office: Issued, folder: Path, files: int, pairs: int) -> list[tuple[Path, Path]]:
    """Fill pairs of workbooks that write into one cell that no other file touches."""
    folder.mkdir()
    made = []
    for number, (unit, row, name) in enumerate(office.cells()[files : files + pairs]):
        pair = tuple(folder / f"đối {number} {side} {unit}.xlsx" for side in "ab")
        for side, path in zip("ab", pair, strict=True):
            fill(office.books[unit], {(row, name): f"Bên {side} ghi"}, path)
        made.append((pair[0], pair[1]))
    return made


def _places(space: Workspace, folder: Path, processes: int, ledger: str) -> tuple[Workspace, list[Workspace]]:
    """Copy the workspace: one with a ledger of its own, the others with one in common."""
    roots = [folder / "serial", *(folder / f"node {number}" for number in range(processes))]
    for root in roots:
        shutil.copytree(space.root, root)
    keep_ledger_in(find(roots[1]), ledger)
    for root in roots[2:]:
        point_to(find(root), ledger)
    serial, *nodes = map(find, roots)
    return serial, nodes


def _all_at_once(nodes: Sequence[Workspace], account: Account, go: Path) -> None:
    command = [sys.executable, "-m", "tests.many_child", str(go)]
    running = [
        subprocess.Popen([*command, str(node.root)], cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for node in nodes
    ]
    until = time.monotonic() + 120
    while not all(go.with_name(f"ready {node.root.name}").exists() for node in nodes) and time.monotonic() < until:
        time.sleep(0.02)
    started = time.monotonic()
    go.touch()
    for process, node in zip(running, nodes, strict=True):
        _, said = process.communicate(timeout=900)
        if process.returncode not in _DONE or said:
            account.wrong.append(f"{node.root.name} ended with {process.returncode}: {said.decode()}")
        account.waits += json.loads((node.root / "waits.json").read_text(encoding="ascii"))
    account.seconds = time.monotonic() - started
    if max(account.waits, default=0.0) >= _LONGEST_WAIT:
        account.wrong.append(f"somebody waited {max(account.waits):.1f} s for the ledger")


def _compare(nodes: Sequence[Workspace], serial: Workspace, twins: set[str], rivals: Sequence[str]) -> Iterator[str]:
    """Say what is not as where one node took all files in, and what became of twins and rivals."""
    ours, theirs = ledger_facts(nodes[0].ledger_url), ledger_facts(serial.ledger_url)
    cells = {(row[0], row[1], row[2]) for row in ours["conflicts"]}
    kept = [row for row in ours["changes"] if (row[0], row[1], row[2]) not in cells]
    yield from differing("changes", kept, theirs["changes"], "with many writers", ordered=False)
    files = [row[:5] for row in ours["files"] if row[2] not in rivals]
    yield from differing("files", files, [row[:5] for row in theirs["files"]], "with many writers", ordered=False)
    yield from differing("fields", _fields(ours, cells), _fields(theirs, cells), "with many writers", ordered=False)
    if len(ours["conflicts"]) != len(rivals) // 2:
        yield f"{len(ours['conflicts'])} conflicts of {len(rivals) // 2} pairs"
    for task, unit, name, base, mine, others, state, _ in ours["conflicts"]:
        sides = {json.loads(mine), json.loads(others)}
        if sides != {"Bên a ghi", "Bên b ghi"} or json.loads(base) is not None or state != "open":
            yield f"conflict on {task} {unit} {name}: {base} {mine} {others} {state}"
    for name in twins:
        verdicts = Counter(_verdict_of(node, name) for node in nodes)
        if verdicts != {"": len(nodes) - 2, "Đã nhận": 1, "Đã nhận trước đó": 1}:
            yield f"twin {name}: {dict(verdicts)}"
    for node in nodes:
        facts = shelf_facts(node)
        marked = [name for name, _ in facts["returned"] if "CẦN SỬA" in name]
        if facts["inbox"] or facts["work"] or facts["quarantine"] or marked:
            yield f"{node.root.name}: {facts}"
    lying = Counter(name for node in nodes for name, _ in shelf_facts(node)["archive"])
    doubled = {
        name for name, count in lying.items() if count != (2 if name.removesuffix(".ghi-chu.txt") in twins else 1)
    }
    if doubled or len(lying) != 2 * (len(files) + len(rivals)):
        yield f"archives hold {len(lying)} names; {doubled}"
    ledger = Ledger.at(nodes[0].ledger_url)
    yield from (f"the ledger does not follow from its revisions: {difference}" for difference in ledger.verify())
    ledger.close()


def _verdict_of(node: Workspace, name: str) -> str:
    return next(
        (text.partition(":")[0] for at, text in shelf_facts(node)["archive"] if at == f"{name}.ghi-chu.txt"), ""
    )


def _fields(facts: dict[str, list[tuple[Any, ...]]], without: set[tuple[str, str, str]]) -> list[tuple[Any, ...]]:
    return [
        (task, unit, name, str(value))
        for task, unit, fields, _ in facts["assignments"]
        for name, value in json.loads(fields).items()
        if (task, unit, name) not in without
    ]
