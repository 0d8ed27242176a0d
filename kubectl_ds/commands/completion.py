"""`kubectl ds completion`: the script that makes a shell complete `kubectl-ds`, and the link for kubectl's own."""

import os

from kubectl_ds.commands.declared import Declared, Flag, Switch, Words
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.completion_scripts import SHELLS, completion_script

EPILOG = """\b
Examples:
  kubectl ds completion --install                 for `kubectl ds` <TAB>, once
  source <(kubectl ds completion bash)            for `kubectl-ds` <TAB>, in this shell
  kubectl ds completion zsh > "${fpath[1]}/_kubectl-ds"
  kubectl ds completion fish | source
"""


def run(environment: Environment, /, shells: tuple[str, ...], install: bool) -> ExitCode:
    """Print the script that makes a shell complete `kubectl-ds`: for bash, zsh, fish or powershell.

    kubectl completes `kubectl ds` itself, where it finds kubectl_complete-ds on PATH. pip puts it there;
    --install makes it where krew has not, as a link to this program beside it.
    """
    name = environment.program_name
    if install and not shells:
        from kubectl_ds.commands.completion_link import install_completion_link

        directory = os.path.dirname(environment.program)
        program = os.path.join(directory, name) if directory else name
        print(install_completion_link(program, environment.variables), file=environment.stdout)
        return ExitCode.OK
    if install or len(shells) != 1 or shells[0] not in SHELLS:
        raise UsageError(
            f"name one shell: {', '.join(SHELLS)}",
            hint="or --install alone, for what kubectl needs to complete the plugin",
        )
    environment.stdout.write(completion_script(shells[0], name))
    return ExitCode.OK


command = Declared(
    "completion",
    run,
    words=Words("shells", "SHELL", many=True, offers=SHELLS),
    flags=(Flag("--install", kind=Switch(), help="Put kubectl_complete-ds beside kubectl-ds."),),
    epilog=EPILOG,
)
