"""What the program says of a made cluster passes the check, and a lie does not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from bench.checking import check
from bench.measuring.server_process import ServerProcess
from bench.serving.server import BenchServer
from tests.bench.made import SIZE, folder, server
from tests.program import kubectl_ds

__all__ = ["folder", "server"]

Lie = Callable[[Any], None]


@pytest.fixture(scope="module")
def document(server: BenchServer) -> Any:
    outcome = kubectl_ds("coverage", "-A", "-o", "json", "--server", server.url)
    assert outcome.err == ""
    return json.loads(outcome.out)


def checked(document: Any, server: BenchServer) -> tuple[int, list[str]]:
    return check(json.dumps(document).encode(), ServerProcess(server.url).read, seed=1)


def test_the_program_decides_as_the_second_reading_does(document: Any, server: BenchServer):
    assert checked(document, server) == (SIZE.nodes * SIZE.daemonsets, [])


def test_every_state_occurs(document: Any):
    states = {node["state"] for one in document["items"] for node in one["nodes"]}
    assert states == {"Ready", "NotReady", "Pending", "Missing", "Extra", "Excluded"}


def of_cni(document: Any) -> Any:
    return next(one for one in document["items"] if one["name"] == "cni")


def another_state(document: Any) -> None:
    of_cni(document)["nodes"][3]["state"] = "Pending"


def not_eligible(document: Any) -> None:
    of_cni(document)["nodes"][3]["eligible"] = False


def a_pod_left_out(document: Any) -> None:
    of_cni(document)["nodes"][3]["pods"] = []


def a_node_left_out(document: Any) -> None:
    del of_cni(document)["nodes"][3]


def another_count(document: Any) -> None:
    of_cni(document)["controllerDisagrees"] = [{"field": "numberReady", "status": 1, "computed": 2}]


def not_everything(document: Any) -> None:
    document["incomplete"] = ["events could not be read"]


@pytest.mark.parametrize(
    "lie", [another_state, not_eligible, a_pod_left_out, a_node_left_out, another_count, not_everything]
)
def test_a_document_that_does_not_say_what_is_there_is_found_out(
    lie: Lie, document: Any, server: BenchServer
):
    wrong = copy.deepcopy(document)
    lie(wrong)
    assert checked(wrong, server)[1]
