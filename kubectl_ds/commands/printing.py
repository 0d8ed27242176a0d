"""From a report to standard output: its own text, or its published document in a machine format."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.reading import style_from
from kubectl_ds.environment import Environment
from kubectl_ds.output.formats import (
    DOCUMENT_FORMATS,
    FormatName,
    OutputFormat,
    load_template,
    parse_output_format,
)
from kubectl_ds.output.style import Style

if TYPE_CHECKING:
    from kubectl_ds.output.documents import Report

REPORT_FORMATS = (*DOCUMENT_FORMATS, "jsonpath", "jsonpath-as-json", "jsonpath-file")


def report_format(values: Mapping[str, Any], *, besides: tuple[FormatName, ...] = ()) -> OutputFormat:
    """What -o asks of a report; `besides`: what this one knows more than others.

    Raises `UsageError` before anything is read from a cluster.
    """
    asked = parse_output_format(values.get("output") or "", allowed=(*REPORT_FORMATS, *besides))
    return load_template(asked, read_template)


def read_template(path: str) -> str:
    """The text of the file of a `-file` form. Raises `OSError`."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def print_report(
    environment: Environment,
    values: Mapping[str, Any],
    asked: OutputFormat,
    report: "Report",
    text: Callable[[Style], str],
) -> None:
    """`text` is the report in words; the machine formats all spell its one document."""
    if asked.is_table:
        environment.stdout.write(text(style_from(environment, values)))
        return
    from kubectl_ds.output.documents import spelled

    for part in spelled(report, asked):
        write_for_scripts(environment, asked, part)


class DocumentsInTurn:
    """Documents one after the other, as they come: JSON a line each, YAML parted by `---`."""

    def __init__(self, environment: Environment, asked: OutputFormat) -> None:
        self._environment, self._asked = environment, asked
        self._begun = False

    def write(self, document: Mapping[str, Any]) -> None:
        from kubectl_ds.output.documents import spell_on_a_line

        separator = "---\n" if self._begun and self._asked.name == "yaml" else ""
        self._begun = True
        text = separator + spell_on_a_line(document, self._asked)
        write_for_scripts(self._environment, self._asked, text)


def write_for_scripts(environment: Environment, asked: OutputFormat, text: str) -> None:
    """Untouched into a file or a pipe; on a terminal with what could steer it spelled out."""
    if environment.stdout_is_terminal:
        from kubectl_ds.output.terminal_text import safe_json, safe_lines

        if asked.name in ("json", "jsonpath-as-json", "sarif"):
            text = safe_json(text)
        elif text:
            text = "\n".join(safe_lines(text)) + ("\n" if text.endswith("\n") else "")
    environment.stdout.write(text)
