"""A storage driver: one container privileged, one with two capabilities more, one as any other."""

from tests.clusters import Raw, a_container, a_daemonset

PASSING: list[Raw] = [
    a_daemonset(
        "driver",
        containers=[
            a_container("driver", securityContext={"privileged": False, "capabilities": {"drop": ["ALL"]}})
        ],
    )
]
FAILING: list[Raw] = [
    a_daemonset(
        "driver",
        containers=[
            a_container("driver", securityContext={"privileged": True}),
            a_container("registrar"),
            a_container("health", securityContext={"capabilities": {"add": ["SYS_PTRACE", "NET_ADMIN"]}}),
        ],
    )
]
