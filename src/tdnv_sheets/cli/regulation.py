"""`tdnv regulation`: what the rules of an authority are, and whether a profile that an office wrote can be used."""

from __future__ import annotations

from pathlib import Path

import click

from tdnv_sheets.cli.out import BROKEN, Call, format_option, pass_call, print_data, stop, tell


@click.group()
def regulation() -> None:
    """List and show regulations; check one that your office wrote (docs/regulations.md says how)."""


@regulation.command("list")
@format_option
def list_them(shape: str) -> None:
    """List the regulations that come with the program."""
    from tdnv_sheets.pipeline.regulations import as_listed
    from tdnv_sheets.regulation import available

    listed = as_listed(available())
    if shape != "text":
        print_data(listed, shape)
        return
    for item in listed:
        number = f"{item['number']}, " if item["number"] else ""
        click.echo(f"{item['id']}\t{item['issuer']} ({number}{item['since']})\n\t{item['title']}")


@regulation.command()
@click.argument("name", metavar="ID|FILE.toml")
@format_option
@pass_call
def show(call: Call, name: str, shape: str) -> None:
    """Show every value of a regulation with its article."""
    from tdnv_sheets.pipeline.regulations import as_json, as_lines, open_regulation

    rules = open_regulation(name, Path())
    if shape == "text":
        click.echo("\n".join(as_lines(rules, call.lang)))
    else:
        print_data([as_json(rules)], shape)


@regulation.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_call
def check(call: Call, file: Path) -> None:
    """Say everything that is wrong with a profile, with line and key; change nothing."""
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.regulations import problems_of
    from tdnv_sheets.regulation import read

    found = problems_of(file, call.lang)
    for line in found:
        click.echo(line)
    if found:
        tell(say("regulation.checked_bad", call.lang, path=file, count=len(found)))
        stop(BROKEN)
    rules = read(file)
    count = sum(1 for _ in rules.provisions())
    tell(say("regulation.checked_good", call.lang, path=file, title=rules.title, count=count))
