"""A reason and an outlook for every node that is not Ready."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_reasons import code_of, source_of
from kubectl_ds.core.creation_failures import classify
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.reasons import sentence
from tests.clusters import (
    OLD_HASH,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    ago,
    an_event,
    snapshot_of,
    unschedulable,
)
from tests.schema.validation import assert_valid

DS = a_daemonset("cni")
FULL = unschedulable(
    "0/5 nodes are available: 1 Insufficient cpu, 4 node(s) didn't match Pod's node affinity/selector."
)


def judged(*objects, ds=DS, **options):
    report = coverage(snapshot_of(ds, a_revision(ds), *objects, **options))
    assert_valid(to_document(report))
    return report.items[0].nodes[0]


def codes(node):
    return [code_of(reason) for reason in node.reasons]


@pytest.mark.parametrize(
    ("words", "failure", "subject"),
    [
        pytest.param('pods "a" is forbidden: exceeded quota: q1, requested: pods=1, used: pods=5, limited: pods=5', "quota", "q1", id="a quota that is used up"),
        pytest.param('pods "a" is forbidden: failed quota: q1: must specify requests.cpu', "quota-needs-values", "q1", id="a quota that wants values"),
        pytest.param('pods "a" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]', "quota-scope", "", id="no quota for the priority class"),
        pytest.param('pods "a" is forbidden: violates PodSecurity "restricted:latest": host namespaces', "pod-security", "restricted:latest", id="Pod Security"),
        pytest.param('pods "a" is forbidden: unable to validate against any security context constraint: [x]', "security-context-constraint", "", id="a security context constraint"),
        pytest.param("pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", "admission-policy", "p", id="an admission policy"),
        pytest.param('admission webhook "w.example" denied the request: exceeded quota: mine', "webhook-denied", "w.example", id="a webhook's words never pass for another cause"),
        pytest.param('Internal error occurred: failed calling webhook "w.example": failed to call webhook: Post "https://w": dial tcp: connection refused', "webhook-unreachable", "w.example", id="a webhook that cannot be called"),
        pytest.param('pods "a" is forbidden: error looking up service account kube-system/cni: serviceaccount "cni" not found', "service-account", "kube-system/cni", id="a missing service account"),
        pytest.param('pods "a" is forbidden: no PriorityClass with name high was found', "priority-class", "high", id="a missing priority class"),
        pytest.param('pods "a" is forbidden: pod rejected: RuntimeClass "kata" not found', "runtime-class", "kata", id="a missing RuntimeClass"),
        pytest.param('pods "a" is forbidden: [maximum cpu usage per Container is 1, but limit is 2]', "limit-range", "Container", id="a LimitRange"),
        pytest.param('Pod "a" is invalid: spec.containers[0].image: Required value', "invalid-template", "spec.containers[0].image", id="an invalid template"),
        pytest.param('pods "a" is forbidden: unable to create new content in namespace x because it is being terminated', "namespace", "", id="a namespace that is going"),
        pytest.param("Timeout: request did not complete within requested timeout - context deadline exceeded", "timeout", "", id="an API server that is late"),
        pytest.param('pods is forbidden: User "x" cannot create', "forbidden", "", id="any other refusal"),
        pytest.param("something new", "other", "", id="words never heard"),
    ],
)  # fmt: skip
def test_a_failed_creation_is_classified_by_its_words(words, failure, subject):
    assert classify(words) == (failure, subject)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("exceeded quota: q, requested", "QuotaExceeded", id="quota has its own code"),
        pytest.param('violates PodSecurity "baseline:v1"', "AdmissionDenied", id="policy is AdmissionDenied"),
        pytest.param('serviceaccount "x" not found', "FailedCreate", id="the rest is FailedCreate"),
    ],
)
def test_a_failed_creation_explains_every_missing_node(words, code):
    event = an_event(DS, "FailedCreate", f"Error creating: {words}")
    (item,) = coverage(snapshot_of(DS, a_node("n1"), a_node("n2"), event)).items
    assert [codes(node) for node in item.nodes] == [[code], [code]]
    assert {(source_of(node.reasons[0]), node.outlook) for node in item.nodes} == {("event", "stuck")}
    assert words in sentence(item.nodes[0].reasons[0])


@pytest.mark.parametrize(
    ("events", "code"),
    [
        pytest.param([], "Unknown", id="no event gives Unknown"),
        pytest.param([an_event(DS, "FailedCreate", "Error creating: x", last=timedelta(minutes=9)), an_event(DS, "SuccessfulCreate", "Created pod: a", last=timedelta(minutes=3))], "Unknown", id="a creation that succeeded later ends the failure"),
        pytest.param([an_event(DS, "FailedCreate", "Error creating: x", last=timedelta(minutes=50))], "Unknown", id="an old failure is over"),
        pytest.param([an_event(a_daemonset("cni", uid="another"), "FailedCreate", "Error creating: x")], "Unknown", id="an event of a namesake that is gone does not count"),
        pytest.param([an_event(DS, "FailedCreate", "Error creating: exceeded quota: q, r", last=timedelta(minutes=2)), an_event(DS, "FailedCreate", "Error creating: other", last=timedelta(minutes=8))], "QuotaExceeded", id="the newest of several failures counts"),
    ],
)  # fmt: skip
def test_which_events_explain_a_missing_pod(events, code):
    ds = a_daemonset("cni", status={"desiredNumberScheduled": 1})
    assert codes(judged(a_node("n1"), *events, ds=ds))[0] == code


@pytest.mark.parametrize("before", ["", "(combined from similar events): "])
def test_the_servers_words_are_told_without_what_stands_before_them(before):
    """The event recorder puts a note of its own before the tenth event of a kind (client-go, events_cache.go)."""
    ds = a_daemonset("cni", status={"desiredNumberScheduled": 1})
    event = an_event(DS, "FailedCreate", f"{before}Error creating: exceeded quota: q, r")
    (reason, *_) = judged(a_node("n1"), event, ds=ds).reasons
    assert reason.message == "exceeded quota: q, r"


@pytest.mark.parametrize(
    ("ds", "node", "behind", "outlook"),
    [
        pytest.param(a_daemonset("cni", age=timedelta(seconds=5)), a_node("n1"), "new-daemonset", "heals", id="a DaemonSet created seconds ago heals"),
        pytest.param(a_daemonset("cni"), a_node("n1", age=timedelta(seconds=20)), "new-node", "heals", id="a node that joined seconds ago heals"),
        pytest.param(a_daemonset("cni", generation=3, observed_generation=2), a_node("n1"), "generation", "unknown", id="a spec that was not observed"),
        pytest.param(a_daemonset("cni", generation=1, observed_generation=0), a_node("n1"), "generation", "stuck", id="a DaemonSet that was never observed is stuck"),
        pytest.param(a_daemonset("cni"), a_node("n1"), "status", "unknown", id="a status that counts fewer nodes"),
    ],
)  # fmt: skip
def test_a_controller_that_is_behind(ds, node, behind, outlook):
    found = judged(node, ds=ds)
    assert (codes(found), found.reasons[0].behind, found.outlook) == (["ControllerBehind"], behind, outlook)


def test_events_that_could_not_be_read_are_named():
    from kubectl_ds.core.snapshot import Gap

    ds = a_daemonset("cni", status={"desiredNumberScheduled": 1})
    node = judged(a_node("n1"), ds=ds, gaps=[Gap(resource="events", status=403, message="no")])
    assert codes(node) == ["Unknown"]
    assert "events" in sentence(node.reasons[0])


@pytest.mark.parametrize(
    ("pod", "node", "expected", "outlook"),
    [
        pytest.param(a_pod(DS, "n1", deleting=True), a_node("n1"), ["PodTerminating"], "heals", id="a terminating pod heals"),
        pytest.param({"deadline": ago(minutes=20)}, a_node("n1", ready=None), ["PodTerminating", "NodeNotReady"], "stuck", id="a terminating pod on a silent node is stuck"),
        pytest.param({"deadline": ago(minutes=20)}, a_node("n1"), ["PodTerminating"], "unknown", id="a pod long overdue on a good node cannot be told"),
        pytest.param(a_pod(DS, "n1", phase="Failed", reason="OutOfcpu"), a_node("n1"), ["OutOfcpu", "CreateBackoff"], "stuck", id="a pod that the kubelet refuses is stuck"),
        pytest.param(a_pod(DS, "n1", phase="Failed", reason="Evicted"), a_node("n1"), ["Evicted", "CreateBackoff"], "heals", id="an evicted pod is replaced"),
        pytest.param(a_pod(DS, "n1", phase="Failed", reason="NodeAffinity", pin="n2"), a_node("n1"), ["NodeAffinity", "CreateBackoff"], "stuck", id="a pod bound past its pin is refused until that ends"),
        pytest.param(a_pod(DS, "n1", phase="Succeeded"), a_node("n1"), ["PodSucceeded"], "heals", id="a pod that ended is replaced"),
    ],
)  # fmt: skip
def test_a_dead_pod_explains_a_missing_one(pod, node, expected, outlook):
    if "deadline" in pod:
        deadline = pod["deadline"]
        pod = a_pod(DS, "n1", deleting=True)
        pod["metadata"]["deletionTimestamp"] = deadline
    found = judged(node, pod)
    assert (found.state, codes(found), found.outlook) == ("Missing", expected, outlook)


def test_a_kubelet_that_refuses_a_pod_pinned_elsewhere_leads_to_whoever_bound_it():
    pod = a_pod(DS, "n1", name="p", phase="Failed", reason="NodeAffinity", pin="n2", schedulerName="mine")
    words = sentence(judged(a_node("n1"), pod).reasons[0])
    assert "The pod p is pinned to n2 and yet was bound to this node" in words
    assert "scheduler mine" in words


def test_a_kubelet_that_refuses_a_pod_pinned_here_is_not_blamed_on_the_pin():
    found = judged(a_node("n1"), a_pod(DS, "n1", phase="Failed", reason="NodeAffinity"))
    assert found.reasons[0].pinned_to == ()
    assert "pinned to" not in sentence(found.reasons[0])


@pytest.mark.parametrize(
    ("node", "pods", "state", "expected"),
    [
        pytest.param(a_node("n1"), [], "Missing", ["SelectingAll"], id="it creates nothing"),
        pytest.param(a_node("n1"), [a_pod(DS, "n1", phase="Failed")], "Missing", ["SelectingAll"], id="it replaces nothing"),
        pytest.param(a_node("n1", taints=["a=b:NoExecute"]), [a_pod(DS, "n1")], "Extra", ["UntoleratedTaint", "SelectingAll"], id="it deletes nothing"),
    ],
)  # fmt: skip
def test_a_daemonset_that_selects_every_pod_is_left_alone_by_the_controller(node, pods, state, expected):
    ds = a_daemonset("cni")
    ds["spec"]["selector"] = {}
    found = judged(node, *pods, ds=ds)
    assert (found.state, codes(found), found.outlook) == (state, expected, "stuck")
    assert "selector" in sentence(found.reasons[-1])


def test_a_namespace_that_is_being_deleted_gets_no_pods():
    words = 'pods "cni-x" is forbidden: unable to create new content in namespace kube-system because it is being terminated'
    found = judged(a_node("n1"), an_event(DS, "FailedCreate", f"Error creating: {words}"))
    assert (codes(found), found.outlook, found.reasons[0].failure) == (["FailedCreate"], "stuck", "namespace")
    assert "kubectl get namespace" in sentence(found.reasons[0])


@pytest.mark.parametrize(
    ("taint", "expected", "outlook"),
    [
        pytest.param("a=b:NoSchedule", ["UntoleratedTaint", "ControllerLeavesPod"], "stuck", id="a NoSchedule taint leaves the pod"),
        pytest.param("a=b:NoExecute", ["UntoleratedTaint", "ControllerDeletesPod"], "heals", id="a NoExecute taint deletes it"),
        pytest.param("node.kubernetes.io/not-ready:NoSchedule", ["UntoleratedTaint", "ControllerLeavesPod"], "unknown", id="a taint of Kubernetes' own passes with the node"),
    ],
)  # fmt: skip
def test_what_becomes_of_an_extra_pod(taint, expected, outlook):
    found = judged(a_node("n1", taints=[taint]), a_pod(DS, "n1"))
    assert (found.state, codes(found), found.outlook) == ("Extra", expected, outlook)


def test_a_pod_that_a_taint_came_before_is_not_bound_past_it():
    found = judged(a_node("n1", taints=["a=b:NoSchedule"]), a_pod(DS, "n1", bound=False, conditions=FULL))
    assert codes(found) == ["UntoleratedTaint", "ControllerLeavesPod"]
    assert "no scheduler binds it past the taint" in sentence(found.reasons[1])


def test_an_extra_pod_that_is_going_has_no_successor():
    found = judged(a_node("n1", taints=["a=b:NoExecute"]), a_pod(DS, "n1", name="p", deleting=True))
    assert codes(found) == ["UntoleratedTaint", "PodTerminating"]
    assert sentence(found.reasons[1]) == "The pod p is terminating; no other comes after it."


def test_only_the_deciding_rule_excludes_a_node():
    ds = a_daemonset("cni", nodeSelector={"disk": "ssd"})
    found = judged(a_node("n1", taints=["a=b:NoSchedule"]), ds=ds)
    assert codes(found) == ["NodeSelectorMismatch"]
    assert sentence(found.reasons[0]) == "The nodeSelector wants disk=ssd; the node has no label disk."


def event_on(pod, reason, message):
    return an_event(pod, reason, message, component="kubelet")


@pytest.mark.parametrize(
    ("status", "expected", "outlook", "words"),
    [
        pytest.param(a_container_status(waiting="CrashLoopBackOff", restarts=7, last_exit_code=137), "CrashLoopBackOff", "stuck", "exit code 137; 7 restarts", id="a crash loop tells the last exit"),
        pytest.param(a_container_status(waiting="ImagePullBackOff", message='Back-off pulling image "x"'), "ImagePullBackOff", "stuck", "pull secret", id="an image that cannot be pulled"),
        pytest.param(a_container_status(waiting="CreateContainerConfigError", message='secret "s" not found'), "CreateContainerConfigError", "stuck", 'secret "s" not found', id="a secret that is missing"),
        pytest.param(a_container_status(ready=False), "ReadinessProbeFailing", "unknown", "readiness probe", id="a readiness probe that fails for hours"),
        pytest.param({**a_container_status(ready=False), "started": False}, "StartupProbeFailing", "unknown", "startup probe", id="a startup probe that has not passed"),
        pytest.param({**a_container_status(ready=False), "state": {"running": {"startedAt": ago(seconds=9)}}}, "ReadinessProbeFailing", "heals", "9s", id="a container that runs for seconds is given time"),
        pytest.param({**a_container_status(ready=False), "state": {"terminated": {"exitCode": 1, "reason": "OOMKilled"}}}, "OOMKilled", "heals", "exit code 1", id="a container between two runs"),
    ],
)  # fmt: skip
def test_a_bound_pod_that_is_not_ready(status, expected, outlook, words):
    found = judged(a_node("n1"), a_pod(DS, "n1", ready=False, container_statuses=[status]))
    assert (found.state, codes(found), found.outlook) == ("NotReady", [expected], outlook)
    assert words in sentence(found.reasons[0])


def test_the_kubelets_events_explain_a_container_that_is_being_created():
    pod = a_pod(DS, "n1", phase="Pending", ready=False)
    found = judged(a_node("n1"), pod, event_on(pod, "FailedMount", 'configmap "cni" not found'))
    assert codes(found) == ["FailedMount", "ContainerCreating"]
    assert 'configmap "cni" not found' in sentence(found.reasons[0])


def test_the_readiness_probes_last_words_are_shown():
    pod = a_pod(DS, "n1", ready=False)
    found = judged(a_node("n1"), pod, event_on(pod, "Unhealthy", "Readiness probe failed: HTTP 503"))
    assert "has not passed: Readiness probe failed: HTTP 503; see" in sentence(found.reasons[0])


def test_a_node_that_is_down_comes_before_what_its_pod_last_said():
    found = judged(a_node("n1", ready=None), a_pod(DS, "n1", ready=False))
    assert (codes(found)[0], found.outlook) == ("NodeNotReady", "stuck")


def test_an_init_container_holds_the_others_up():
    pod = a_pod(
        DS,
        "n1",
        phase="Pending",
        ready=False,
        container_statuses=[a_container_status(waiting="PodInitializing")],
    )
    pod["status"]["initContainerStatuses"] = [
        a_container_status("setup", waiting="CrashLoopBackOff", last_exit_code=2)
    ]
    found = judged(a_node("n1"), pod)
    assert codes(found) == ["CrashLoopBackOff"]
    assert "init container setup" in sentence(found.reasons[0])


def test_a_bound_pod_of_which_the_kubelet_has_said_nothing():
    pod = a_pod(DS, "n1", phase="Pending", container_statuses=[])
    assert codes(judged(a_node("n1"), pod)) == ["PodNotStarted"]


def waiting(ds, **spec):
    return a_pod(ds, "n1", bound=False, conditions=FULL, name="waits", **spec)


def asking(**requests):
    return a_daemonset("cni", containers=[a_container(requests=requests)])


def neighbour(name="big", **spec):
    return a_pod(None, "n1", name=name, **spec)


def test_insufficient_cpu_with_its_amounts_and_the_priority_that_would_help():
    ds = asking(cpu="500m")
    tenant = neighbour(containers=[a_container(requests={"cpu": "3800m"})], priority=1000)
    found = judged(a_node("n1"), waiting(ds), tenant, ds=ds)
    assert (codes(found), found.outlook) == (["InsufficientCPU", "PreemptionCannotHelp"], "stuck")
    assert "requests 500m cpu, and 200m of 4 is free" in sentence(found.reasons[0])
    assert found.reasons[1].helped_from == 1001


def test_a_pod_of_higher_priority_is_about_to_evict():
    ds = asking(cpu="500m")
    tenant = neighbour(containers=[a_container(requests={"cpu": "3800m"})])
    found = judged(a_node("n1"), waiting(ds, priority=10), tenant, ds=ds)
    assert (codes(found), found.outlook) == (["InsufficientCPU"], "heals")


def test_a_terminating_neighbour_makes_room():
    ds = asking(cpu="500m")
    tenant = neighbour(containers=[a_container(requests={"cpu": "3800m"})], deleting=True, priority=9)
    found = judged(a_node("n1"), waiting(ds), tenant, ds=ds)
    assert (found.reasons[0].relief, found.outlook) == ("leaving", "heals")


def test_a_finished_neighbour_takes_no_room():
    ds = asking(cpu="500m")
    tenant = neighbour(containers=[a_container(requests={"cpu": "3800m"})], phase="Succeeded")
    assert codes(judged(a_node("n1"), waiting(ds), tenant, ds=ds)) == ["Unschedulable"]


def test_a_policy_of_never_evicts_nothing():
    ds = asking(cpu="500m")
    tenant = neighbour(containers=[a_container(requests={"cpu": "3800m"})])
    found = judged(a_node("n1"), waiting(ds, priority=10, preemptionPolicy="Never"), tenant, ds=ds)
    assert (codes(found)[1], found.reasons[1].never, found.outlook) == ("PreemptionCannotHelp", True, "stuck")


@pytest.mark.parametrize(
    ("resource", "code"),
    [("memory", "InsufficientMemory"), ("ephemeral-storage", "InsufficientEphemeralStorage"), ("nvidia.com/gpu", "InsufficientResource")],
)  # fmt: skip
def test_a_request_larger_than_the_node_is_stuck_whatever_is_evicted(resource, code):
    ds = asking(**{resource: "900Ti" if resource != "nvidia.com/gpu" else "1"})
    found = judged(a_node("n1"), waiting(ds, priority=99), ds=ds)
    assert codes(found)[0] == code
    assert (found.reasons[0].too_large, found.outlook, found.reasons[-1].helped_from) == (True, "stuck", None)


def test_pod_slots_are_counted():
    found = judged(a_node("n1", allocatable={"pods": "2"}), waiting(DS), neighbour("a"), neighbour("b"))
    assert codes(found)[0] == "TooManyPods"


def port_pod(ds_or_none, name, **spec):
    containers = [a_container(ports=[{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}])]
    return a_pod(ds_or_none, "n1", name=name, containers=containers, **spec)


def test_a_host_port_names_the_pod_that_holds_it():
    found = judged(
        a_node("n1"), port_pod(DS, "waits", bound=False, conditions=FULL), port_pod(None, "holder")
    )
    assert (codes(found)[0], found.reasons[0].holder) == ("HostPortConflict", "kube-system/holder")
    assert "9100/TCP is held by the pod kube-system/holder" in sentence(found.reasons[0])


def test_without_all_pods_only_the_scheduler_is_quoted():
    ds = asking(cpu="500m")
    found = judged(a_node("n1"), waiting(ds), ds=ds, all_pods=False)
    assert [(code_of(one), source_of(one)) for one in found.reasons] == [("InsufficientCPU", "pod")]
    assert (found.reasons[0].free, found.outlook) == (None, "unknown")


@pytest.mark.parametrize(
    ("spec", "expected", "outlook"),
    [
        pytest.param({"schedulingGates": [{"name": "example.com/gate"}]}, ["SchedulingGated"], "stuck", id="gates are listed"),
        pytest.param({"conditions": None, "schedulerName": "custom"}, ["NoScheduler"], "stuck", id="an unknown scheduler"),
        pytest.param({"conditions": None, "age": timedelta(seconds=3)}, ["NoScheduler"], "heals", id="a pod created seconds ago"),
        pytest.param({"conditions": unschedulable("boom", reason="SchedulerError")}, ["SchedulerError"], "unknown", id="a scheduler's own error"),
        pytest.param({"nodeSelector": {"env": "prod"}}, ["AdmissionChangedPod"], "stuck", id="a selector that admission added"),
        pytest.param({"nodeSelector": {"env": "prod"}, "revision_hash": OLD_HASH, "labels": {"pod-template-generation": "0"}}, ["OutdatedPod"], "heals", id="a selector of an older template"),
        pytest.param({"conditions": unschedulable("0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.")}, ["VolumeConflict"], "stuck", id="a volume in the scheduler's words"),
        pytest.param({"conditions": unschedulable("0/2 nodes are available: 1 node(s) failed a rule of a plugin, 1 node(s) didn't match Pod's node affinity/selector.")}, ["Unschedulable"], "unknown", id="words for what is not computed"),
    ],
)  # fmt: skip
def test_a_pod_that_nobody_has_bound(spec, expected, outlook):
    pod = a_pod(DS, "n1", bound=False, **{"conditions": FULL, **spec})
    found = judged(a_node("n1"), pod)
    assert (found.state, codes(found), found.outlook) == ("Pending", expected, outlook)


def test_a_fargate_node_cannot_host_daemons():
    ds = a_daemonset("cni", tolerations=[{"operator": "Exists"}])
    node = a_node("n1", labels={"eks.amazonaws.com/compute-type": "fargate"}, allocatable={"pods": "1"})
    found = judged(node, waiting(ds), neighbour(), ds=ds)
    assert (codes(found), found.outlook) == (["NodeCannotHost"], "stuck")


def test_an_amount_that_is_no_quantity_leaves_the_scheduler_to_be_quoted():
    ds = asking(cpu="plenty")
    found = judged(a_node("n1"), waiting(ds), ds=ds)
    assert [(code_of(one), source_of(one)) for one in found.reasons] == [("InsufficientCPU", "pod")]
