"""Two of one label, and a third whose wide selector takes in a fourth."""

from datetime import timedelta

from tests.clusters import Raw, a_daemonset

WEB = {"matchLabels": {"app": "web"}}

PASSING: list[Raw] = [
    a_daemonset("blue"),
    a_daemonset("green"),
    a_daemonset("blue", namespace="other", selector=WEB, template_labels={"app": "web"}),
    a_daemonset("red", selector=WEB, template_labels={"app": "web"}),
]
FAILING: list[Raw] = [
    a_daemonset("v1", selector=WEB, template_labels={"app": "web", "version": "1"}, age=timedelta(days=90)),
    a_daemonset("v2", selector=WEB, template_labels={"app": "web", "version": "2"}, age=timedelta(days=3)),
    a_daemonset(
        "logs",
        selector={"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
        template_labels={"tier": "node"},
        age=timedelta(days=90),
    ),
    a_daemonset("dns", template_labels={"app": "dns", "tier": "network"}),
]
