"""What DaemonSets request of nodes, of shapes of nodes, and of the cluster."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from kubectl_ds.core.idle_gaps import without_idle_gaps
from kubectl_ds.core.model import PodMetrics
from kubectl_ds.core.overhead import overhead, sorted_by
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.overhead import overhead_text
from kubectl_ds.output.style import PLAIN
from tests.clusters import a_container, a_daemonset, a_node, a_pod, snapshot_of
from tests.core.test_predicted_pod import a_limit_range, container_defaults
from tests.schema.validation import assert_valid

SMALL, BIG = {"cpu": "2", "memory": "4Gi"}, {"cpu": "16", "memory": "64Gi"}
CNI = a_daemonset("cni", containers=[a_container(requests={"cpu": "100m", "memory": "128Mi"})])
GPU = a_daemonset(
    "gpu",
    nodeSelector={"gpu": "yes"},
    containers=[a_container(requests={"cpu": "1", "example.com/gpu": "1"})],
)
NODES = [
    a_node("s1", allocatable=SMALL),
    a_node("s2", allocatable=SMALL),
    a_node("s3", allocatable=SMALL),
    a_node("b1", allocatable=BIG, labels={"gpu": "yes"}),
]


def report(*objects, limit_ranges=(), metrics=None, **options):
    snapshot = replace(snapshot_of(*objects, **options), limit_ranges=tuple(limit_ranges))
    if metrics is not None:
        found = tuple(msgspec.convert(one, PodMetrics) for one in metrics)
        snapshot = replace(snapshot, pod_metrics=found, read=snapshot.read | {"podmetrics"})
    made = overhead(snapshot)
    assert_valid(to_document(made))
    assert overhead_text(made, PLAIN, wide=True)
    return made


def test_a_daemonset_is_counted_by_its_live_bound_pods_and_their_own_specs():
    changed = a_pod(CNI, "s2")
    changed["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "300m"
    pods = [
        a_pod(CNI, "s1"),
        changed,
        a_pod(CNI, "s3", bound=False),
        a_pod(CNI, "b1", phase="Failed"),
    ]
    one = report(CNI, *NODES, *pods).daemonsets[0]
    assert (one.nodes, one.pods, one.total) == (4, 2, {"cpu": 400, "memory": 2 * 128 * 2**20})
    assert one.per_pod["cpu"] == 100


def test_a_terminating_pod_still_takes_its_room():
    assert report(CNI, *NODES, a_pod(CNI, "s1", deleting=True)).pods == 1


def test_shapes_go_from_the_smallest_to_the_largest_and_the_median_is_the_middle_nodes():
    shapes = report(CNI, *NODES).shapes
    assert [shape.nodes for shape in shapes] == [("s1", "s2", "s3"), ("b1",)]
    assert report(CNI, *NODES).median == 0


def test_memory_that_differs_by_next_to_nothing_is_one_shape():
    nodes = [
        a_node("a", allocatable={"memory": "7926894Ki"}),
        a_node("b", allocatable={"memory": "7926890Ki"}),
    ]
    assert len(report(CNI, *nodes).shapes) == 1


def test_an_instance_type_is_a_shape_of_its_own():
    label = "node.kubernetes.io/instance-type"
    nodes = [a_node("a", labels={label: "m5"}), a_node("b", labels={label: "m6"})]
    assert [shape.instance_type for shape in report(CNI, *nodes).shapes] == ["m5", "m6"]


def test_a_new_node_loses_what_the_daemonsets_that_belong_there_request():
    small, big = report(CNI, GPU, *NODES).shapes
    assert small.lost == {"cpu": 100, "memory": 128 * 2**20, "pods": 1}
    assert (big.lost["cpu"], big.lost["example.com/gpu"], big.lost["pods"]) == (1100, 1, 2)
    assert big.daemonsets == ("kube-system/cni", "kube-system/gpu")


@pytest.mark.parametrize(
    "taint",
    [
        "node.kubernetes.io/not-ready:NoSchedule",
        "node.kubernetes.io/not-ready:NoExecute",
        "node.kubernetes.io/unschedulable:NoSchedule",
        "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule",
    ],
)
def test_taints_that_pass_do_not_make_a_new_node_cheaper(taint):
    assert report(CNI, a_node("s1", taints=[taint])).shapes[0].lost["pods"] == 1


def test_nodes_of_one_shape_that_hold_different_daemonsets_give_extremes():
    nodes = [*NODES[:3], a_node("s4", allocatable=SMALL, taints=["dedicated=gpu:NoSchedule"])]
    shape = report(CNI, *nodes).shapes[0]
    assert (shape.least["cpu"], shape.lost["cpu"], shape.most["cpu"]) == (0, 100, 100)
    assert "100m [0 to 100m]" in overhead_text(report(CNI, *nodes), PLAIN)


def test_a_surge_is_counted_apart():
    daemonset = a_daemonset(
        "cni", max_surge="50%", max_unavailable=0, containers=[a_container(requests={"cpu": "1"})]
    )
    one = report(daemonset, *NODES)
    assert (one.daemonsets[0].surge_pods, one.daemonsets[0].surge) == (2, {"cpu": 2000})
    assert one.shapes[0].surge == {"cpu": 1000, "pods": 1}


def test_limit_ranges_count_for_pods_to_come_and_not_for_those_that_are_there():
    bare = a_daemonset("bare")
    made = report(
        bare, *NODES, a_pod(bare, "s1"), limit_ranges=[a_limit_range(container_defaults({"cpu": "50m"}))]
    )
    one = made.daemonsets[0]
    assert (one.per_pod, one.total) == ({"cpu": 50}, {})
    assert one.unrequested == ("memory",)


def test_what_asks_for_nothing_is_named():
    text = overhead_text(report(a_daemonset("bare"), CNI, *NODES), PLAIN)
    assert "Without a request for cpu and memory in some container" in text
    assert "kube-system/bare" in text


def test_use_is_summed_over_the_pods_that_the_metrics_api_knows():
    pods = [a_pod(CNI, "s1", name="a"), a_pod(CNI, "s2", name="b")]
    metrics = [
        {
            "metadata": {"name": name, "namespace": "kube-system"},
            "containers": [{"name": "main", "usage": {"cpu": cpu, "memory": "1Mi"}}],
        }
        for name, cpu in (("a", "12345678n"), ("b", "40m"), ("stranger", "9"))
    ]
    use = report(CNI, *NODES, *pods, metrics=metrics).daemonsets[0].use
    assert (use.pods, use.total["cpu"], use.largest["cpu"]) == (2, 53, 40)


def test_without_the_metrics_api_the_text_says_so_and_nothing_is_incomplete():
    gap = Gap(resource="podmetrics", status=404, message="not found")
    made = report(CNI, *NODES, gaps=[gap])
    assert (made.incomplete, made.use_known) == ((), False)
    assert "the metrics API does not answer here" in overhead_text(made, PLAIN)


@pytest.mark.parametrize(
    ("daemonset", "resource", "matters"),
    [
        pytest.param(a_daemonset("bare"), "limitranges", True, id="a template that leaves something open"),
        pytest.param(
            a_daemonset(
                "full",
                containers=[
                    a_container(resources={f: {"cpu": "1", "memory": "1"} for f in ("requests", "limits")})
                ],
            ),
            "limitranges",
            False,
            id="a template that leaves nothing open",
        ),
        pytest.param(
            a_daemonset("x", runtimeClassName="gvisor"), "runtimeclasses", True, id="a runtime class"
        ),
        pytest.param(a_daemonset("x"), "runtimeclasses", False, id="no runtime class"),
    ],
)
def test_only_gaps_that_the_answer_rests_on_make_it_incomplete(daemonset, resource, matters):
    snapshot = snapshot_of(daemonset, *NODES, gaps=[Gap(resource=resource, status=403, message="forbidden")])
    assert bool(without_idle_gaps(snapshot).gaps) is matters
    assert bool(overhead(snapshot).incomplete) is matters


@pytest.mark.parametrize("resource", ["nodes", "pods"])
def test_what_rests_on_something_unread_is_not_known(resource):
    made = report(CNI, *NODES, a_pod(CNI, "s1"), gaps=[Gap(resource=resource, message="forbidden")])
    assert made.nodes is None
    assert (made.shapes is None) is (resource == "nodes")
    assert (made.requests is None) is (resource == "pods")


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("name", "cni"),
        ("cpu", "gpu"),
        ("memory", "cni"),
        ("pods", "cni"),
        ("total-cpu", "gpu"),
        ("total-memory", "cni"),
    ],
)
def test_the_largest_comes_first(key, first):
    pods = [a_pod(CNI, "s1"), a_pod(CNI, "s2"), a_pod(GPU, "b1", age=timedelta(hours=1))]
    assert sorted_by(report(CNI, GPU, *NODES, *pods), key).daemonsets[0].name == first


def test_a_cluster_without_nodes_breaks_nothing():
    made = report(CNI)
    assert (made.shapes, made.median, made.nodes) == ((), None, ())
