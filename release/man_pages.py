"""Man pages, made from the commands themselves: `docs/man/kubectl-ds.1` and one for each command.

A page is plain man(7), which groff and mandoc read alike.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from kubectl_ds import __doc__ as summary
from kubectl_ds import __version__, exit_codes
from kubectl_ds.cli import ALIASES, COMMANDS, EPILOG
from kubectl_ds.commands.options import CONNECTION
from kubectl_ds.program import program

FOLDER = Path(__file__).parents[1] / "docs" / "man"


def man_pages() -> dict[str, str]:
    """Every page by the name of its file."""
    return {"kubectl-ds.1": _main_page(), **{f"kubectl-ds-{name}.1": _page(name) for name, _ in COMMANDS}}


def write_man_pages(folder: Path = FOLDER) -> None:
    """Write the pages, and take away those of commands that there are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = man_pages()
    for path in folder.glob("*.1"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def _main_page() -> str:
    options = _command("get").params
    shared = {flag.name for flag in CONNECTION}
    aliases = [f"{other} is another name of {name}." for other, name in ALIASES.items()]
    return "\n".join(
        [
            *_head("kubectl-ds", (summary or "").rstrip(".")),
            *_section("SYNOPSIS", _bold("kubectl ds"), _plain("[COMMAND] [OPTIONS] [ARGUMENT]...")),
            *_section("DESCRIPTION", _plain(EPILOG), ".PP", _plain(" ".join(aliases))),
            *_section("COMMANDS", *_commands()),
            *_section("CONNECTION OPTIONS", *_options([one for one in options if one.name in shared])),
            *_section("EXIT STATUS", *_exit_codes()),
            *_section("SEE ALSO", *_see_also([f"kubectl-ds-{name}" for name, _ in COMMANDS])),
            "",
        ]
    )


def _page(name: str) -> str:
    command = _command(name)
    own = [one for one in command.params if one.name not in {flag.name for flag in CONNECTION}]
    context = click.Context(command)
    lines = [
        *_head(f"kubectl-ds-{name}", dict(COMMANDS)[name]),
        *_section(
            "SYNOPSIS", _bold(f"kubectl ds {name}"), _plain(" ".join(command.collect_usage_pieces(context)))
        ),
        *_section("DESCRIPTION", *_paragraphs(command.help or "")),
    ]
    if options := list(_options(own)):
        lines += _section("OPTIONS", *options)
    if len(own) < len(command.params):
        lines += [
            ".PP",
            _plain("The connection options are those of all commands: see"),
            *_see_also(["kubectl-ds"]),
        ]
    if command.epilog:
        lines += _section("EXAMPLES", *_examples(command.epilog))
    return "\n".join([*lines, *_section("SEE ALSO", *_see_also(["kubectl-ds", "kubectl"])), ""])


def _command(name: str) -> click.Command:
    command = program().get_command(click.Context(program()), name)
    assert command is not None
    return command


def _head(name: str, words: str) -> list[str]:
    # Without a date: a page says nothing that its version does not, and the same sources make the same page.
    title = f'.TH {name.upper()} 1 "" "kubectl-ds {__version__}" "kubectl ds"'
    return [title, *_section("NAME", f"{_plain(name)} \\- {_plain(words)}")]


def _section(title: str, *lines: str) -> list[str]:
    return [f".SH {title}", *lines]


def _commands() -> Iterator[str]:
    for name, words in COMMANDS:
        yield from (".TP", _bold(name), _plain(words if words.endswith("?") else f"{words}."))


def _options(parameters: list[click.Parameter]) -> Iterator[str]:
    for parameter in parameters:
        record = parameter.get_help_record(click.Context(click.Command("any")))
        if isinstance(parameter, click.Option) and record is not None:
            yield from (".TP", _bold(record[0]), _plain(record[1] or "."))


def _exit_codes() -> Iterator[str]:
    """Each code with the sentence below it in kubectl_ds/exit_codes.py."""
    [enumeration] = (
        one for one in ast.parse(inspect.getsource(exit_codes)).body if isinstance(one, ast.ClassDef)
    )
    for assigned, said in zip(enumeration.body, enumeration.body[1:], strict=False):
        if isinstance(assigned, ast.Assign) and isinstance(said, ast.Expr):
            yield from (
                ".TP",
                _bold(str(ast.literal_eval(assigned.value))),
                _plain(ast.literal_eval(said.value)),
            )


def _see_also(names: list[str]) -> Iterator[str]:
    for position, name in enumerate(names):
        yield f".BR {_plain(name)} (1){',' if position + 1 < len(names) else ''}"


def _paragraphs(text: str) -> Iterator[str]:
    for position, paragraph in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text))):
        if position:
            yield ".PP"
        yield _plain(" ".join(paragraph.split()))


def _examples(epilog: str) -> Iterator[str]:
    lines = epilog.replace("\b\n", "").splitlines()
    yield from (".nf", *(_plain(line.strip()) for line in lines if line.startswith("  ")), ".fi")


def _bold(text: str) -> str:
    return f"\\fB{_plain(text)}\\fR"


def _plain(text: str) -> str:
    """Text in which roff sees nothing to act on."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
