"""`kubectl ds version`: nothing is imported for it."""

from typing import Any

from kubectl_ds import __version__
from kubectl_ds.commands.declared import Choice, Declared, Flag, Switch
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

FLAGS = (
    Flag("-o", "--output", kind=Choice(("text", "json"), default="text"), help="text or json."),
    Flag("--client", kind=Switch(), is_hidden=True, help="Accepted for kubectl's sake."),
)


def run(environment: Environment, /, output: str, **_: Any) -> ExitCode:
    """The version of this program."""
    text = f'{{"version": "{__version__}"}}' if output == "json" else f"kubectl-ds v{__version__}"
    print(text, file=environment.stdout)
    return ExitCode.OK


command = Declared("version", run, flags=FLAGS)
