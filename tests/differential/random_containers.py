"""The containers of a random pod template: what they ask for, in all the places where that can be written."""

import random

from tests.differential.vocabulary import Raw

_CPU = ("10m", "100m", "0.3", "100.5m", "700m", "1500m", "3", "9")
_MEMORY = ("10M", "128Mi", "500Mi", "2Gi", "7Gi", "64Gi", "1.5e8", "1000000500m")
_ADDRESSES = ("127.0.0.1", "0.0.0.0", "10.0.0.1", "::", "::1")


def containers(rng: random.Random) -> Raw:
    """`containers`, and as it comes `initContainers`, `resources`, `hostNetwork`."""
    main: Raw = {"name": "main", "image": "registry.example/agent:1"}
    spec: Raw = {"containers": [main]}
    kind = rng.random()
    if kind < 0.45:
        main["resources"] = _resources(rng)
    elif kind < 0.52:
        spec["resources"] = {"requests": {"cpu": rng.choice(_CPU), "memory": rng.choice(_MEMORY)}}
    if kind < 0.1:
        spec["containers"].append(
            {"name": "second", "image": "registry.example/proxy:1", "resources": _resources(rng)}
        )
    if rng.random() < 0.1:
        spec["initContainers"] = _init_containers(rng)
        if spec.get("resources"):
            # The API wants a pod's request to cover those of its containers.
            del spec["resources"]
    if rng.random() < 0.25:
        _take_host_port(rng, spec, main)
    return spec


def _resources(rng: random.Random) -> Raw:
    requests: Raw = {}
    if rng.random() < 0.7:
        requests["cpu"] = rng.choice(_CPU)
    if rng.random() < 0.4:
        requests["memory"] = rng.choice(_MEMORY)
    if rng.random() < 0.1:
        requests["ephemeral-storage"] = rng.choice(["100Mi", "2Gi", "500Gi"])
    if rng.random() < 0.1:
        return {"limits": {"cpu": "100m", "memory": "64Mi", "hugepages-2Mi": rng.choice(["2Mi", "8Mi"])}}
    if rng.random() < 0.15:
        # Requests follow from limits; extended resources cannot be had otherwise.
        return {"limits": {**requests, "example.com/fpga": rng.choice(["1", "2"])}}
    return {"requests": requests}


def _init_containers(rng: random.Random) -> list[Raw]:
    first: Raw = {
        "name": "first",
        "image": "registry.example/init:1",
        "resources": {"requests": {"cpu": rng.choice(_CPU)}},
    }
    sidecar: Raw = {
        "name": "sidecar",
        "image": "registry.example/proxy:1",
        "restartPolicy": "Always",
        "resources": {"requests": {"cpu": rng.choice(_CPU), "memory": "64Mi"}},
    }
    if rng.random() < 0.3:
        sidecar["ports"] = [{"containerPort": 9100, "hostPort": 9100}]
    return rng.choice([[first], [sidecar], [sidecar, first], [first, sidecar]])


def _take_host_port(rng: random.Random, spec: Raw, main: Raw) -> None:
    """Few different ports, so that some are taken. With the node's network the port is the host's by itself."""
    port: Raw = {
        "containerPort": rng.choice([8080, 9100, 9100, 9101]),
        "protocol": rng.choice(["TCP", "TCP", "UDP"]),
    }
    if rng.random() < 0.4:
        spec["hostNetwork"] = True
    else:
        port["hostPort"] = port["containerPort"]
        if rng.random() < 0.4:
            port["hostIP"] = rng.choice(_ADDRESSES)
    main["ports"] = [port]
