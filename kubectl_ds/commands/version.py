"""`kubectl ds version`: nothing but click is imported."""

import click

from kubectl_ds import __version__
from kubectl_ds.commands.arguments import KubectlCommand
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode


@click.command(cls=KubectlCommand, name="version")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text")
@click.option("--client", is_flag=True, hidden=True, help="Accepted for kubectl's sake.")
@click.pass_obj
def command(environment: Environment, /, output: str, client: bool) -> ExitCode:
    """The version of this program."""
    text = f'{{"version": "{__version__}"}}' if output == "json" else f"kubectl-ds v{__version__}"
    print(text, file=environment.stdout)
    return ExitCode.OK
