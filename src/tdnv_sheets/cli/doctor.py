"""`tdnv doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from tdnv_sheets.cli.out import ATTENTION, BROKEN, Call, format_option, pass_call, print_data, reason, stop

if TYPE_CHECKING:
    from tdnv_sheets.pipeline.doctor import Line

_CODES: Final = (0, 0, ATTENTION, BROKEN)
"""Exit codes of the states, from well to broken."""


@click.command()
@click.option("--verify", is_flag=True, help="Rebuild the present from the ledger's revisions and compare.")
@format_option
@pass_call
def doctor(call: Call, shape: str, *, verify: bool) -> None:
    """Look at the surroundings and the ledger, say how they stand and what to do, and change nothing."""
    from tdnv_sheets.pipeline.doctor import examine, worst

    lines: list[Line] = []
    for line in examine(call.folder, call.moment().now, verify=verify):
        lines.append(line)
        if shape == "text":
            click.echo(_text(line, call.lang))
    if shape != "text":
        print_data((_data(line, call.lang) for line in lines), shape)
    else:
        from tdnv_sheets.messages.catalogue import say

        click.echo(say(f"doctor.all-{worst(lines).name.lower()}", call.lang))
    stop(_CODES[worst(lines)])


def _data(line: Line, lang: str) -> dict[str, Any]:
    return {
        "check": line.part,
        "state": line.state.name.lower(),
        "code": line.code,
        "message": _words(line, lang),
        "fix": _words(line, lang, "fix") or None,
    }


def _text(line: Line, lang: str) -> str:
    from tdnv_sheets.messages.catalogue import say

    fix = _words(line, lang, "fix")
    head = f"[{say(f'doctor.state-{line.state.name.lower()}', lang)}] {_words(line, lang)}"
    return f"{head}\n    → {fix}" if fix else head


def _words(line: Line, lang: str, part: str = "") -> str:
    from tdnv_sheets.messages.catalogue import area

    values = {
        name: reason(value, lang) if isinstance(value, BaseException) else str(value)
        for name, value in line.values.items()
    }
    text: str = area("doctor")[line.code].get(f"{part}_{lang}" if part else lang, "")
    return text.format(**values)
