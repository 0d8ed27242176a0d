"""Pods that wait for more than room: gates, schedulers, other pods, volumes, claims, and what admission made of them."""

from typing import Any

from tests.scenes.scene import Scene, codes, messages, requests
from tests.waiting import until

HOSTNAME = "kubernetes.io/hostname"
STUCK_IN_ROOM = "PreemptionCannotHelp"


def about_pods(kind: str, labels: dict[str, str]) -> dict[str, Any]:
    """An affinity with one required rule about other pods of the same node."""
    term = {"topologyKey": HOSTNAME, "labelSelector": {"matchLabels": labels}}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


# --- who binds, and when ---------------------------------------------------------------------------


def test_a_misspelt_scheduler_name(scene: Scene):
    node = scene.node("a")
    scene.daemonset(pod={"schedulerName": "defualt-scheduler"})
    item = scene.settled(a=("Pending", "NoScheduler"))
    assert item["nodes"]["a"]["outlook"] == "stuck"
    assert "did you mean default-scheduler?" in messages(item["nodes"]["a"])
    assert "conditions" not in scene.pod_on(node)["status"]
    assert scene.status()["desiredNumberScheduled"] == 1
    assert scene.verdict() == "Stuck: 1 pending (NoScheduler)"
    assert scene.say("explain", "agent")["mechanism"] == {
        "nodeAffinity": 0,
        "nodeName": 0,
        "unbound": 1,
        "schedulers": {"defualt-scheduler": 1},
    }
    # The old pod is not available, so that the rollout replaces it whatever the budget.
    scene.change(template={"spec": {"schedulerName": "default-scheduler"}})
    scene.settled(outdated=0, a="Ready")


def test_a_scheduler_that_nobody_has_heard_of(scene: Scene):
    scene.node("a")
    scene.daemonset(pod={"schedulerName": "bin-packer"})
    item = scene.settled(a=("Pending", "NoScheduler"))
    assert item["nodes"]["a"]["outlook"] != "heals"
    assert "see that a scheduler named bin-packer runs" in messages(item["nodes"]["a"])


def test_scheduling_gates_hold_a_pod_until_they_are_taken_off(scene: Scene):
    nodes = scene.nodes("a", "b")
    gates = [{"name": "example.com/quota"}, {"name": "example.com/image"}]
    scene.daemonset(pod={"schedulingGates": gates})
    gated = ("Pending", "SchedulingGated")
    item = scene.settled(a=gated, b=gated)
    assert "the gates example.com/quota and example.com/image" in messages(item["nodes"]["a"])
    assert "SchedulingGated" in str(scene.pod_on(nodes[0])["status"]["conditions"])
    assert scene.verdict() == "Stuck: 2 pending (SchedulingGated)"

    held = scene.pod_on(nodes[0])["metadata"]["name"]
    scene.server.merge("Pod", held, scene.name, spec={"schedulingGates": gates[1:]})
    assert "the gate example.com/image; whoever set it" in messages(scene.node_says("a"))
    scene.server.merge("Pod", held, scene.name, spec={"schedulingGates": None})
    scene.settled(a="Ready", b=gated)


def test_a_resource_claim_that_is_not_there(scene: Scene):
    node = scene.node("a")
    claims = [{"name": "gpu", "resourceClaimName": "shared-gpu"}]
    scene.daemonset(pod={"resourceClaims": claims}, container={"resources": {"claims": [{"name": "gpu"}]}})
    item = scene.settled(a=("Pending", "NoScheduler"))
    assert "ResourceClaim shared-gpu" in messages(item["nodes"]["a"])
    assert item["nodes"]["a"]["outlook"] != "heals"
    assert "conditions" not in scene.pod_on(node)["status"], "the scheduler says nothing of such a pod"


def test_a_taint_that_came_before_the_pod_was_bound(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "100m", "memory": "1Gi", "pods": "10"})
    scene.daemonset(container=requests(cpu="500m"))
    scene.settled(a=("Pending", "InsufficientCPU", STUCK_IN_ROOM))
    scene.server.merge("Node", node, spec={"taints": [{"key": "example.com/busy", "effect": "NoSchedule"}]})
    scene.make_the_controller_look()
    item = scene.settled(a=("Extra", "UntoleratedTaint", "ControllerLeavesPod"))
    assert "no scheduler binds it past the taint" in messages(item["nodes"]["a"])
    assert "left unbound" in scene.explains("a")["verdict"]
    assert scene.pod_on(node)["spec"].get("nodeName") is None


# --- other pods ------------------------------------------------------------------------------------


def test_an_anti_affinity_of_its_own(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.pod("loud", node=node, labels={"noisy": "yes"})
    scene.daemonset(pod=about_pods("podAntiAffinity", {"noisy": "yes"}))
    item = scene.settled(a=("Pending", "PodAntiAffinityConflict"), b="Ready")
    assert item["nodes"]["a"]["outlook"] == "stuck"
    assert f"because of the pod {scene.name}/loud" in messages(item["nodes"]["a"])
    assert "didn't match pod anti-affinity rules" in scene.scheduler_says(node)
    assert scene.verdict() == "Stuck: 1 pending (PodAntiAffinityConflict)"
    scene.server.delete("Pod", "loud", scene.name)
    scene.settled(a="Ready", b="Ready")


def test_an_anti_affinity_of_another_pod(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.pod("loner", node=node, **about_pods("podAntiAffinity", {"app": "agent"}))
    scene.daemonset()
    item = scene.settled(a=("Pending", "PodAntiAffinityConflict"), b="Ready")
    assert f"The pod {scene.name}/loner on the node has a required anti-affinity" in messages(
        item["nodes"]["a"]
    )
    assert "existing pods anti-affinity" in scene.scheduler_says(node)


def test_a_surge_beside_an_anti_affinity_between_its_own_pods(scene: Scene):
    scene.nodes("a")
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    scene.daemonset(pod=about_pods("podAntiAffinity", {"app": "agent"}), updateStrategy=surge)
    scene.settled(a="Ready")
    scene.change_template(annotations={"release": "2"})
    item = scene.comes_to(a=("Ready", "PodAntiAffinityConflict"))
    assert "this DaemonSet's old pod, which stays until the new one is Ready" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Stuck: 1 surge halted (PodAntiAffinityConflict), 0 of 1 up to date"


def test_a_pod_affinity_that_finds_nobody(scene: Scene):
    there, _ = scene.nodes("a", "b")
    scene.pod("db", node=there, labels={"app": "db"})
    scene.daemonset(pod=about_pods("podAffinity", {"app": "db"}))
    item = scene.settled(a="Ready", b=("Pending", "PodAffinityMismatch"))
    assert f"wants app=db per {HOSTNAME}" in messages(item["nodes"]["b"])


def test_a_topology_spread_over_a_label_that_a_node_lacks(scene: Scene):
    scene.node("a", labels={"example.com/rack": "1"})
    node = scene.node("b")
    spread = {"maxSkew": 1, "topologyKey": "example.com/rack", "whenUnsatisfiable": "DoNotSchedule"}
    spread["labelSelector"] = {"matchLabels": {"app": "agent"}}
    scene.daemonset(pod={"topologySpreadConstraints": [spread]})
    item = scene.settled(a="Ready", b=("Pending", "TopologySpreadConflict"))
    assert item["nodes"]["b"]["outlook"] == "stuck"
    assert "the node has no label example.com/rack" in messages(item["nodes"]["b"])
    scene.server.merge("Node", node, metadata={"labels": {"example.com/rack": "2"}})
    scene.settled(a="Ready", b="Ready")


# --- volumes ---------------------------------------------------------------------------------------


def claiming(name: str) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


def a_claim(scene: Scene, name: str, mode: str) -> None:
    """A PersistentVolumeClaim of a StorageClass of its own, for which nothing provides volumes."""
    storage = f"{scene.name}-{name}"
    provisioner = "kubernetes.io/no-provisioner" if mode == "WaitForFirstConsumer" else "example.com/nobody"
    scene.add(
        {
            "kind": "StorageClass",
            "metadata": {"name": storage},
            "provisioner": provisioner,
            "volumeBindingMode": mode,
        }
    )
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage,
        "resources": {"requests": {"storage": "1Gi"}},
    }
    scene.add(
        {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": scene.name}, "spec": spec}
    )


def a_volume(scene: Scene, claim: str, node: str) -> None:
    """A PersistentVolume on one node, for a claim's StorageClass."""
    where = {"key": HOSTNAME, "operator": "In", "values": [node]}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": f"{scene.name}-{claim}",
        "capacity": {"storage": "1Gi"},
        "hostPath": {"path": "/data"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [where]}]}},
    }
    scene.add({"kind": "PersistentVolume", "metadata": {"name": f"{scene.name}-{claim}"}, "spec": spec})


def test_one_claim_for_all_pods_serves_one_node(scene: Scene):
    first, second = scene.nodes("a", "b")
    a_claim(scene, "data", "WaitForFirstConsumer")
    scene.daemonset(pod=claiming("data"))
    waiting = ("Pending", "VolumeConflict")
    item = scene.settled(a=waiting, b=waiting)
    assert "No free PersistentVolume fits the claim data on this node" in messages(item["nodes"]["a"])
    assert "didn't find available persistent volumes" in scene.scheduler_says(first)

    a_volume(scene, "data", first)
    item = scene.settled(a="Ready", b=waiting)
    until(lambda: "node affinity" in scene.scheduler_says(second), "the scheduler looks again")
    assert "can be used from other nodes only" in messages(scene.node_says("b"))


def test_a_claim_that_is_missing_and_one_that_nobody_provides_for(scene: Scene):
    scene.node("a")
    a_claim(scene, "slow", "Immediate")
    scene.daemonset(name="missing", pod=claiming("forgotten"))
    scene.daemonset(name="unbound", pod=claiming("slow"))
    waiting = ("Pending", "VolumeConflict")
    said = messages(scene.settled("missing", a=waiting)["nodes"]["a"])
    assert (
        said
        == "The PersistentVolumeClaim forgotten does not exist; create it, or name another one in the template."
    )
    assert "No volume has been provided for the claim slow" in messages(
        scene.settled("unbound", a=waiting)["nodes"]["a"]
    )


# --- what admission made of the pod ----------------------------------------------------------------


def mutating(scene: Scene, patch: str) -> None:
    """A MutatingAdmissionPolicy on pods that are pinned to a node, in force when this returns."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    where = {"matchLabels": {"kubernetes.io/metadata.name": scene.name}}
    policy = {
        "matchConstraints": {"resourceRules": [rule], "namespaceSelector": where},
        "matchConditions": [{"name": "pinned", "expression": "has(object.spec.affinity)"}],
        "reinvocationPolicy": "Never",
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": f"[JSONPatch{{{patch}}}]"}}],
    }
    named = {"metadata": {"name": scene.name}}
    scene.add({"kind": "MutatingAdmissionPolicy", **named, "spec": policy})
    scene.add({"kind": "MutatingAdmissionPolicyBinding", **named, "spec": {"policyName": scene.name}})
    asked = about_pods("podAffinity", {"app": "db"})

    def in_force() -> bool:
        spec = scene.admitted(**asked)["spec"]
        return spec.get("affinity") != asked["affinity"] or "disk" in spec.get("nodeSelector", {})

    until(in_force, "the policy is in force")


def test_a_node_selector_that_admission_added(scene: Scene):
    scene.node("a")
    scene.node("b", labels={"disk": "ssd"})
    mutating(scene, 'op: "add", path: "/spec/nodeSelector", value: {"disk": "ssd"}')
    scene.daemonset()
    item = scene.settled(a=("Pending", "AdmissionChangedPod"), b="Ready")
    assert item["nodes"]["a"]["outlook"] == "stuck"
    assert "its nodeSelector wants disk=ssd, which the node has not" in messages(item["nodes"]["a"])
    assert item["summary"]["eligible"] == 2, "the controller knows nothing of it"
    assert scene.explains("a")["shouldRun"] is True


def test_a_pin_that_admission_took_off(scene: Scene):
    """Any node may get any of the pods; the controller goes by where they are bound."""
    scene.nodes("a", "b")
    mutating(scene, 'op: "remove", path: "/spec/affinity"')
    scene.daemonset()
    until(lambda: len(scene.pods()) == 2, "what is too many is gone")
    scene.settled(a="Ready", b="Ready")
    mechanism = scene.say("explain", "agent")["mechanism"]
    assert (mechanism["nodeAffinity"], mechanism["nodeName"]) == (0, 2)
    (pod,) = scene.explains("a")["pods"]
    assert (pod["binding"], pod["pinnedTo"], pod["agrees"]) == ("NodeName", None, True)
    assert "or the pin was taken off" in pod["detail"]


def test_a_runtime_class_that_sends_pods_elsewhere(scene: Scene):
    scene.node("a")
    scene.node("b", labels={"runtime": "kata"})
    scheduling = {"nodeSelector": {"runtime": "kata"}}
    scene.add(
        {
            "kind": "RuntimeClass",
            "metadata": {"name": scene.name},
            "handler": "kata",
            "scheduling": scheduling,
        }
    )
    scene.daemonset(pod={"runtimeClassName": scene.name})
    item = scene.settled(a=("Pending", "AdmissionChangedPod"), b="Ready")
    assert f"Its RuntimeClass {scene.name}, another admission plugin or a webhook" in messages(
        item["nodes"]["a"]
    )

    # What the sentence says to do.
    scene.change(template={"spec": {"nodeSelector": {"runtime": "kata"}}})
    scene.settled(outdated=0, a=("Excluded", "NodeSelectorMismatch"), b="Ready")
    assert scene.verdict() == "Healthy"


def test_nodes_that_cannot_host_a_daemon_pod(scene: Scene):
    fargate = scene.node(
        "a",
        labels={"eks.amazonaws.com/compute-type": "fargate"},
        taints=[{"key": "eks.amazonaws.com/compute-type", "value": "fargate", "effect": "NoSchedule"}],
        allocatable={"cpu": "1", "memory": "1Gi", "pods": "1"},
    )
    scene.node("b")
    scene.pod("only", node=fargate)
    scene.daemonset(pod={"tolerations": [{"operator": "Exists"}]})
    item = scene.settled(a=("Pending", "NodeCannotHost"), b="Ready")
    assert item["nodes"]["a"]["outlook"] == "stuck"
    assert "eks.amazonaws.com/compute-type NotIn [fargate]" in messages(item["nodes"]["a"])
    assert "Too many pods" in scene.scheduler_says(fargate)

    without = {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [without]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    scene.change(template={"spec": {"affinity": affinity}})
    item = scene.settled(outdated=0, a=("Excluded", "NodeAffinityMismatch"), b="Ready")
    assert codes(item["nodes"]["a"]) == ["NodeAffinityMismatch"]
