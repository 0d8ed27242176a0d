"""Events, old style (controllers, kubelet) and new style (scheduler)."""

from kubectl_ds.kube.sample.api_objects import Moment, Raw, metadata, reference, uid


def event(
    moment: Moment,
    about: Raw,
    reason: str,
    message: str,
    *,
    component: str = "daemonset-controller",
    warning: bool = True,
    count: int = 1,
    last: float = 30,
    first: float = 0,
    host: str = "",
) -> Raw:
    """An event as client-go's recorder writes it; `first` and `last` in seconds before now."""
    first = first or last
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": _event_metadata(moment, about, reason, message, first, component),
        "involvedObject": reference(about),
        "reason": reason,
        "message": message,
        "source": {"component": component, **({"host": host} if host else {})},
        "firstTimestamp": moment.ago(seconds=first),
        "lastTimestamp": moment.ago(seconds=last),
        "count": count,
        "type": "Warning" if warning else "Normal",
        "eventTime": None,
        "reportingComponent": component,
        "reportingInstance": host,
    }


def scheduling_event(moment: Moment, made: Raw, message: str, *, seconds: float = 200) -> Raw:
    """FailedScheduling in the new style: no source, no timestamps but eventTime."""
    scheduler = made["spec"]["schedulerName"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": _event_metadata(moment, made, "FailedScheduling", message, seconds, "kube-scheduler"),
        "involvedObject": reference(made),
        "reason": "FailedScheduling",
        "message": message,
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "type": "Warning",
        "eventTime": moment.micro_ago(seconds=seconds),
        "action": "Scheduling",
        "reportingComponent": scheduler,
        "reportingInstance": f"{scheduler}-cp-2",
    }


def _event_metadata(
    moment: Moment, about: Raw, reason: str, message: str, seconds: float, manager: str
) -> Raw:
    subject = about["metadata"]
    name = f"{subject['name']}.{uid(subject['uid'], reason, message).replace('-', '')[:16]}"
    namespace = subject.get("namespace", "default")
    return metadata("Event", name, moment.ago(seconds=seconds), namespace=namespace, manager=manager)
