"""Amounts of resources in Kubernetes' own notation."""

from collections.abc import Mapping

from kubectl_ds.core.quantity import format_bytes
from kubectl_ds.core.spelled_amount import IN_BYTES, spelled_amount


def exact_amount(resource: str, amount: int) -> str:
    """The amount as a quantity that loses nothing: `250m`, `512Mi`, `7926894592`."""
    if resource == "cpu":
        return spelled_amount(resource, amount)
    if resource in IN_BYTES or resource.startswith("hugepages-"):
        return format_bytes(amount)
    return str(amount)


def exact_amounts(amounts: Mapping[str, int]) -> dict[str, str]:
    """Several of them, by the name of the resource."""
    return {resource: exact_amount(resource, amounts[resource]) for resource in sorted(amounts)}
