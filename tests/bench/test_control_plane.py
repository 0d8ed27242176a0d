"""The bench's cluster on a real control plane: made, counted, and read a second time."""

import json
import os
from pathlib import Path

import pytest

from bench.checking import check
from bench.clusters.size import Size
from bench.control_plane import real_cluster
from tests.controlplane.cluster import NotOurs
from tests.controlplane.kubectl import kubectl_program
from tests.controlplane.toolchain import NoToolchain
from tests.program import kubectl_ds

SIZE = Size(nodes=8, daemonsets=7, workload_pods=0)


@pytest.mark.slow
def test_a_real_control_plane_holds_the_cluster_and_its_audit_log_counts_us():
    try:
        with real_cluster(SIZE, Path(kubectl_program()), lambda text: None) as cluster:
            cluster.tally()
            config = str(cluster.kubeconfig(Path()))
            outcome = kubectl_ds("coverage", "-A", "-o", "json", "--kubeconfig", config)
            asked = cluster.tally().requests
            assert "/apis/apps/v1/daemonsets?limit=500" in asked
            assert "/api/v1/nodes?limit=500" in asked
            assert cluster.tally().requests == []
            decisions, wrong = check(outcome.out.encode(), cluster.read, seed=1)
            assert (decisions, wrong) == (SIZE.nodes * SIZE.daemonsets, [])
            (node,) = json.loads(cluster.read("/api/v1/nodes?limit=1"))["items"]
            assert len(node["status"]["images"]) == SIZE.images
    except (NotOurs, NoToolchain) as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
