"""The manifest of a new DaemonSet, from images and from workloads of other kinds."""

import pytest

from kubectl_ds.core.create import (
    CannotCarryOver,
    Creation,
    HostMount,
    container_names,
    from_images,
    from_workload,
)

BARE = Creation(name="agent", images=("registry.example/agent:1",))


def manifest(**fields):
    return from_images(
        Creation(**{"name": "agent", "images": ("registry.example/agent:1",), **fields})
    ).manifest


def pod_spec(**fields):
    return manifest(**fields)["spec"]["template"]["spec"]


def test_the_whole_of_the_smallest_one():
    assert from_images(BARE).manifest == {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "labels": {"app": "agent"}},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{"name": "agent", "image": "registry.example/agent:1"}]},
            },
        },
    }


@pytest.mark.parametrize(
    ("images", "names"),
    [
        pytest.param(["nginx"], ["nginx"], id="a bare name"),
        pytest.param(["registry.example:5000/a/b:1.2"], ["b"], id="a registry with a port, and a tag"),
        pytest.param(["a/b@sha256:0123"], ["b"], id="a digest"),
        pytest.param(["a/b:1@sha256:0123"], ["b"], id="a tag and a digest"),
        pytest.param(["a/node_exporter.v2"], ["node-exporter-v2"], id="what no container may be called"),
        pytest.param(["x/b:1", "y/b:2", "z/b"], ["b", "b-2", "b-3"], id="equal ones are numbered"),
        pytest.param(["a/___"], ["main"], id="nothing that is left"),
        pytest.param(["a/" + "x" * 80], ["x" * 60], id="too long"),
    ],
)
def test_containers_are_named_after_their_images(images, names):
    assert container_names(images) == names


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"arguments": ("a", "-b")}, {"args": ["a", "-b"]}, id="what follows the dashes are arguments"
        ),
        pytest.param({"arguments": ("a",), "command": True}, {"command": ["a"]}, id="or the command"),
        pytest.param(
            {"ports": (80, 90)}, {"ports": [{"containerPort": 80}, {"containerPort": 90}]}, id="ports"
        ),
        pytest.param(
            {"env": (("A", "1=2"), ("B", ""))},
            {"env": [{"name": "A", "value": "1=2"}, {"name": "B", "value": ""}]},
            id="variables",
        ),
    ],
)
def test_fields_of_the_container(fields, expected):
    (container,) = pod_spec(**fields)["containers"]
    assert container == {"name": "agent", "image": "registry.example/agent:1", **expected}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"node_selector": (("a", "b"),)}, {"nodeSelector": {"a": "b"}}, id="nodeSelector"),
        pytest.param(
            {"all_nodes": True},
            {"tolerations": [{"operator": "Exists"}]},
            id="all nodes tolerate every taint",
        ),
        pytest.param(
            {"tolerations": ({"key": "gpu", "operator": "Exists"},)},
            {"tolerations": [{"key": "gpu", "operator": "Exists"}]},
            id="tolerations",
        ),
        pytest.param(
            {"host_network": True},
            {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"},
            id="host network",
        ),
        pytest.param({"host_pid": True}, {"hostPID": True}, id="host pid"),
        pytest.param({"service_account": "x"}, {"serviceAccountName": "x"}, id="service account"),
        pytest.param({"priority_class": "x"}, {"priorityClassName": "x"}, id="priority class"),
    ],
)
def test_fields_of_the_pod(fields, expected):
    made = pod_spec(**fields)
    del made["containers"]
    assert made == expected


def test_host_mounts_are_volumes_and_mounts_of_every_container():
    mounts = (HostMount("/var/log", read_only=True), HostMount("/"), HostMount("/var_log"))
    made = pod_spec(images=("a", "b"), host_mounts=mounts)
    names = ["host-var-log", "host-root", "host-var-log-2"]
    assert [one["name"] for one in made["volumes"]] == names
    for container in made["containers"]:
        assert [one["name"] for one in container["volumeMounts"]] == names
        assert [one.get("readOnly") for one in container["volumeMounts"]] == [True, None, None]


def test_labels_are_its_own_and_its_pods_and_the_selector_stays_the_name():
    made = manifest(labels=(("tier", "node"),))
    assert (
        made["metadata"]["labels"]
        == made["spec"]["template"]["metadata"]["labels"]
        == {"app": "agent", "tier": "node"}
    )
    assert made["spec"]["selector"] == {"matchLabels": {"app": "agent"}}


@pytest.mark.parametrize("budget", [3, "10%"])
def test_max_unavailable_is_a_rolling_update(budget):
    strategy = manifest(max_unavailable=budget)["spec"]["updateStrategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": budget}}


# --- from another workload -------------------------------------------------------------------------


def a_workload(kind="Deployment", *, pod=None, metadata=None, **spec):
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "1",
            "labels": {"app": "web"},
            **(metadata or {}),
        },
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx"}], **(pod or {})},
            },
            **spec,
        },
    }


def converted(workload, **fields):
    return from_workload(workload, Creation(**{"name": "web", **fields}))


def test_a_deployment_keeps_its_pods_and_loses_what_only_a_deployment_has():
    made = converted(
        a_workload(replicas=3, strategy={"type": "Recreate"}, progressDeadlineSeconds=5, minReadySeconds=7)
    )
    assert set(made.manifest["spec"]) == {"selector", "template", "minReadySeconds"}
    assert made.manifest["metadata"] == {"name": "web", "namespace": "shop", "labels": {"app": "web"}}
    assert made.notes[0] == "replicas: 3 is dropped, as a DaemonSet has one pod on each node."
    assert made.notes[1].endswith(": progressDeadlineSeconds, strategy.")


def test_what_controllers_wrote_is_left_out():
    workload = a_workload(
        "ReplicaSet",
        metadata={
            "annotations": {"deployment.kubernetes.io/revision": "3", "own": "kept"},
            "ownerReferences": [{"kind": "Deployment"}],
            "labels": {"app": "web", "pod-template-hash": "abc"},
        },
    )
    workload["spec"]["selector"]["matchLabels"]["pod-template-hash"] = "abc"
    workload["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = "abc"
    made = converted(workload).manifest
    assert made["metadata"] == {
        "name": "web",
        "namespace": "shop",
        "labels": {"app": "web"},
        "annotations": {"own": "kept"},
    }
    assert made["spec"]["selector"] == {"matchLabels": {"app": "web"}}
    assert made["spec"]["template"]["metadata"] == {"labels": {"app": "web"}}


def test_the_workload_that_was_read_is_not_changed():
    workload = a_workload()
    converted(workload, host_network=True, labels=(("a", "b"),))
    assert workload == a_workload()


def test_flags_go_on_top_of_the_template():
    made = converted(
        a_workload(pod={"tolerations": [{"key": "a"}], "nodeSelector": {"x": "y"}}),
        all_nodes=True,
        node_selector=(("z", "w"),),
    )
    spec = made.manifest["spec"]["template"]["spec"]
    assert spec["tolerations"] == [{"key": "a"}, {"operator": "Exists"}]
    assert spec["nodeSelector"] == {"x": "y", "z": "w"}


def test_a_workload_that_stays_is_said_to_select_the_same_pods_unless_a_label_tells_them_apart():
    assert any("select the same pods" in note for note in converted(a_workload()).notes)
    told_apart = converted(a_workload(), labels=(("run", "everywhere"),))
    assert not any("select the same pods" in note for note in told_apart.notes)
    assert told_apart.manifest["spec"]["selector"]["matchLabels"] == {"app": "web", "run": "everywhere"}


def test_a_stateful_set_without_volumes_carries_over():
    made = converted(a_workload("StatefulSet", serviceName="web", podManagementPolicy="Parallel"))
    assert "podManagementPolicy, serviceName" in made.notes[0]


@pytest.mark.parametrize(
    ("workload", "why"),
    [
        pytest.param(
            a_workload("StatefulSet", volumeClaimTemplates=[{"metadata": {"name": "data"}}]),
            "volumeClaimTemplates \\(data\\)",
            id="volumes of its own",
        ),
        pytest.param(a_workload("Job"), "a Job has no", id="another kind"),
        pytest.param(a_workload(pod={"restartPolicy": "Never"}), "restartPolicy Never", id="pods that end"),
    ],
)
def test_what_cannot_carry_over_is_refused(workload, why):
    with pytest.raises(CannotCarryOver, match=why):
        converted(workload)
