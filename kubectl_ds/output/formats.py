"""The value of `-o`, read once into a typed format.

Mirrors k8s.io/kubectl/pkg/cmd/get/get_flags.go and k8s.io/cli-runtime/pkg/genericclioptions: which names there
are, what `--template` does to them, what the refusals say.
"""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.errors import UsageError
from kubectl_ds.output.go_values import quoted

FormatName = Literal[
    "custom-columns",
    "custom-columns-file",
    "github",
    "go-template",
    "go-template-file",
    "html",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "junit",
    "kyaml",
    "markdown",
    "name",
    "prometheus",
    "sarif",
    "table",
    "template",
    "templatefile",
    "wide",
    "yaml",
]

OBJECT_FORMATS: tuple[FormatName, ...] = (
    "custom-columns",
    "custom-columns-file",
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "kyaml",
    "name",
    "table",
    "template",
    "templatefile",
    "wide",
    "yaml",
)
"""What lists Kubernetes objects knows: kubectl's own formats, and `table` for what kubectl spells as nothing."""

DOCUMENT_FORMATS: tuple[FormatName, ...] = ("json", "kyaml", "table", "wide", "yaml")
"""What every report knows."""

AUDIT_FORMATS: tuple[FormatName, ...] = ("github", "html", "junit", "markdown", "prometheus", "sarif")
"""What an audit knows besides: for the tools that teams already have. output/audit_formats.py writes them."""

MATRIX_FORMATS: tuple[FormatName, ...] = ("html",)
"""What a matrix knows besides."""

_JSONPATH = ("jsonpath", "jsonpath-as-json", "jsonpath-file")
_GO_TEMPLATE = ("go-template", "go-template-file", "template", "templatefile")
_CUSTOM_COLUMNS = ("custom-columns", "custom-columns-file")
_WITH_ARGUMENT = (*_JSONPATH, *_GO_TEMPLATE, *_CUSTOM_COLUMNS)
_CASELESS = ("json", "kyaml", "name", "yaml")
_FROM_FILE: dict[FormatName, FormatName] = {
    "custom-columns-file": "custom-columns",
    "go-template-file": "go-template",
    "jsonpath-file": "jsonpath",
    "templatefile": "template",
}


class OutputFormat(Struct, frozen=True):
    """One format: its name, and the template, columns or file name that came with it."""

    name: FormatName = "table"
    argument: str = ""
    from_file: bool = False
    """Set by `load_template`. kubectl's custom-columns-file splits at blanks and always prints its headers."""

    @property
    def is_table(self) -> bool:
        """Whether the answer is text for people: kubectl's table and what a command adds to it."""
        return self.name in ("table", "wide")

    @property
    def is_go_template(self) -> bool:
        """Whether only a kubectl can print it."""
        return self.name in _GO_TEMPLATE

    @property
    def names_file(self) -> bool:
        """Whether `argument` is a file that `load_template` has yet to read."""
        return self.name in _FROM_FILE


def parse_output_format(
    value: str, *, template: str = "", allowed: tuple[FormatName, ...] = OBJECT_FORMATS
) -> OutputFormat:
    """What `-o VALUE` and `--template TEMPLATE` ask for; an empty value is the table.

    Raises `UsageError` for an unknown form, with the allowed ones, and for one that lacks its template.
    """
    if not value:
        return (
            OutputFormat("go-template", template) if template and "go-template" in allowed else OutputFormat()
        )
    # As in kubectl, a --template takes the value whole: `jsonpath={.a}` is no format then.
    name, separator, argument = (value, "", template) if template else value.partition("=")
    if name.lower() in _CASELESS and not separator:
        name = name.lower()
    known = next((each for each in allowed if each == name), None)
    if known is None or (separator and known not in _WITH_ARGUMENT):
        raise UsageError(
            f"unable to match a printer suitable for the output format {quoted(value)}, "
            f"allowed formats are: {','.join(sorted(allowed))}"
        )
    if known not in _WITH_ARGUMENT:
        return OutputFormat(known)
    if not argument:
        raise UsageError(
            "custom-columns format specified but no custom columns given"
            if known in _CUSTOM_COLUMNS
            else "template format specified but no template given",
            hint=f"give it as {known}=…",
        )
    return OutputFormat(known, argument)


def load_template(output_format: OutputFormat, read: Callable[[str], str]) -> OutputFormat:
    """The same format with its file's text in place of the file's name; any other format as it is.

    `read` is the caller's, since nothing is read here; its OSError becomes a `UsageError`.
    """
    if not output_format.names_file:
        return output_format
    try:
        text = read(output_format.argument)
    except (OSError, UnicodeDecodeError) as error:
        what = "template" if output_format.name in _CUSTOM_COLUMNS else "--template"
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(
            f"error reading {what} {output_format.argument}, open {output_format.argument}: {reason.lower()}"
        ) from None
    return replace(output_format, name=_FROM_FILE[output_format.name], argument=text, from_file=True)
