"""The CronJob of deploy/ on real servers: they take it as it stands, and its user may do all that an audit does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.controlplane.cluster import ControlPlane
from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Shell
from tests.waiting import until

FILE = Path(__file__).parents[2] / "deploy" / "audit-cronjob.yaml"
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all(FILE.read_text(encoding="utf-8")))
NAMESPACE = "kubectl-ds"
USER = "audit"


@pytest.fixture(scope="module")
def applied(shell: Shell) -> Iterator[Shell]:
    said = shell.kubectl("apply", "-f", str(FILE))
    assert said.code == 0, said
    yield shell
    shell.kubectl("delete", "--wait=false", "-f", str(FILE))


@pytest.fixture(scope="module")
def auditor(applied: Shell, control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Who has the ServiceAccount's own token, as the pod has it, and nothing else."""
    token = applied.kubectl("create", "token", USER, "-n", NAMESPACE)
    assert token.code == 0, token
    view = applied.kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json")
    config = json.loads(view.out)
    config["users"][0]["user"] = {"token": token.out.strip()}
    path = tmp_path_factory.mktemp("auditor") / "config"
    path.write_text(json.dumps(config))
    shell = applied.where(KUBECONFIG=str(path))
    until(lambda: shell.kubectl("get", "ds", "-A").code == 0, "the role is known to the server")
    return shell


def arguments() -> list[str]:
    (cron_job,) = (one for one in OBJECTS if one["kind"] == "CronJob")
    (container,) = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return list(container["args"])


def test_the_audit_can_be_had_in_full_by_that_user(auditor: Shell, exhibits: Exhibits):
    said = auditor.ds(*arguments())
    assert said.code in (0, 1), said
    assert "forbidden" not in said.err.lower()
    document = json.loads(auditor.ds(*arguments(), "-o", "json").out)
    assert document["incomplete"] == []
    assert exhibits.namespace in {one["namespace"] for one in document["daemonSets"]}


def test_that_user_may_neither_read_secrets_nor_change_anything(auditor: Shell):
    for verb, resource in (
        ("get", "secrets"),
        ("list", "configmaps"),
        ("create", "pods"),
        ("patch", "daemonsets.apps"),
        ("delete", "nodes"),
        ("watch", "pods"),
    ):
        assert auditor.kubectl("auth", "can-i", verb, resource, "-A").out == "no\n", (verb, resource)


def test_a_job_of_it_makes_a_pod_that_the_restricted_level_lets_in(applied: Shell):
    words = ("-n", NAMESPACE)
    said = applied.kubectl("create", "job", "audit-now", "--from=cronjob/audit", *words)
    assert said.code == 0, said

    def pods() -> list[dict[str, Any]]:
        return list(json.loads(applied.kubectl("get", "pods", "-o", "json", *words).out)["items"])

    until(lambda: bool(pods()), "the job's pod is there")
    (pod, *_) = pods()
    assert pod["spec"]["serviceAccountName"] == USER
    events = applied.kubectl("get", "events", *words, "-o", "json").out
    assert "PodSecurity" not in events
