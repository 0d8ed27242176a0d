"""`-o go-template`: printed by the kubectl that is there, since only Go has Go's templates."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.environment import Environment

if TYPE_CHECKING:
    from kubectl_ds.output.formats import OutputFormat


def rendered_by_kubectl(
    environment: Environment,
    values: Mapping[str, Any],
    objects: Sequence[Mapping[str, Any]],
    asked: "OutputFormat",
    *,
    single: bool,
) -> str:
    """What `kubectl get -o go-template` prints. Raises `KubectlDsError` where there is no kubectl."""
    from kubectl_ds.kube.kubectl_binary import find_kubectl, print_patched
    from kubectl_ds.output.go_template import template_run

    program = find_kubectl(environment.variables)
    run = template_run(
        objects, asked, single=single, allow_missing_template_keys=values["allow_missing_template_keys"]
    )
    return print_patched(
        program, target=run.target, patch=run.patch, arguments=run.arguments, variables=environment.variables
    )
