"""What the raw objects say of the room on a node: an independent sum, in thousandths, of all that is asked for.

Mirrors component-helpers `resource/helpers.go` and the scheduler's `noderesources` and `nodeports`.
"""

import re
from fractions import Fraction

from tests.differential.moment import Moment, name_of
from tests.differential.vocabulary import Raw

Amounts = dict[str, Fraction]

_SUFFIXES = {
    "": 1,
    "m": Fraction(1, 1000),
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
_QUANTITY = re.compile(r"(?P<number>[0-9.]+)(?:e(?P<exponent>[0-9]+))?(?P<suffix>[A-Za-z]*)")


def shortages(moment: Moment, pod: Raw, node: Raw) -> set[str]:
    """In the scheduler's words what this node has too little of for the pod, host ports among it."""
    others = [one for one in moment.on_node(name_of(node)) if one is not pod]
    allocatable = _amounts(node["status"].get("allocatable", {}))
    used = _sum([_asked(one) for one in others])
    found = {
        f"Insufficient {resource}"
        for resource, wanted in _asked(pod).items()
        if wanted > 0 and wanted > allocatable.get(resource, 0) - used.get(resource, 0)
    }
    if len(others) + 1 > allocatable.get("pods", 0):
        found.add("Too many pods")
    if any(_collide(mine, theirs) for mine in _ports(pod) for one in others for theirs in _ports(one)):
        found.add("ports")
    return found


def _asked(pod: Raw) -> Amounts:
    spec = pod["spec"]
    sidecars: list[Amounts] = []
    peaks: list[Amounts] = []
    for container in spec.get("initContainers", []):
        wants = _requests(container)
        if container.get("restartPolicy") == "Always":
            sidecars.append(wants)
            peaks.append(_sum(sidecars))
        else:
            peaks.append(_sum([*sidecars, wants]))
    running = _sum([*sidecars, *(_requests(one) for one in spec["containers"])])
    total = _largest([running, *peaks])
    total |= _requests(spec)
    return _sum([total, _amounts(spec.get("overhead", {}))])


def _requests(holder: Raw) -> Amounts:
    return _amounts(holder.get("resources", {}).get("requests", {}))


def _amounts(quantities: Raw) -> Amounts:
    return {resource: _amount(str(text)) for resource, text in quantities.items()}


def _amount(text: str) -> Fraction:
    parsed = _QUANTITY.fullmatch(text)
    assert parsed, f"{text!r} is not how the API server writes a quantity"
    return Fraction(parsed["number"]) * 10 ** int(parsed["exponent"] or 0) * _SUFFIXES[parsed["suffix"]]


def _sum(parts: list[Amounts]) -> Amounts:
    keys = {resource for part in parts for resource in part}
    return {key: sum((part.get(key, Fraction(0)) for part in parts), Fraction(0)) for key in keys}


def _largest(parts: list[Amounts]) -> Amounts:
    keys = {resource for part in parts for resource in part}
    return {key: max(part.get(key, Fraction(0)) for part in parts) for key in keys}


def _ports(pod: Raw) -> list[Raw]:
    init = [one for one in pod["spec"].get("initContainers", []) if one.get("restartPolicy") == "Always"]
    containers = [*pod["spec"]["containers"], *init]
    return [port for one in containers for port in one.get("ports", []) if port.get("hostPort")]


def _collide(one: Raw, other: Raw) -> bool:
    if (one["hostPort"], one["protocol"]) != (other["hostPort"], other["protocol"]):
        return False
    addresses = {one.get("hostIP") or "0.0.0.0", other.get("hostIP") or "0.0.0.0"}
    return len(addresses) == 1 or "0.0.0.0" in addresses
