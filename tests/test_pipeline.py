"""docs/pipeline.md: its snippets are YAML that says what their readers expect, and their lines do what it says."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_ds.core.audit import WANTED
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from tests.program import NOW, kubectl_ds

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "pipeline.md"
CRON_JOB = ROOT / "deploy" / "audit-cronjob.yaml"
IMAGE = "registry.example/kubectl-ds:0.1.0"
SNIPPETS = {
    name: yaml.safe_load(text)
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
}
ACTIONS = SNIPPETS[".github/workflows/daemonsets.yaml"]["jobs"]["audit"]
GITLAB = SNIPPETS[".gitlab-ci.yml"]

AGENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "agent", "namespace": "monitoring"},
    "spec": {
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {
                "nodeSelector": {"kubernetes.io/arch": "arm64"},
                "containers": [{"name": "agent", "image": "a/agent:1"}],
            },
        },
    },
}
HUNGRY = json.loads(json.dumps(AGENT))
HUNGRY["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "900"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The text of a kubeconfig that leads to the sample."""
    with ApiServer(list(sample_cluster(NOW)), clock=lambda: NOW) as server:
        yield json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "x",
                "clusters": [{"name": "c", "cluster": {"server": server.url}}],
                "contexts": [{"name": "x", "context": {"cluster": "c"}}],
            }
        )


@pytest.fixture
def kubeconfig(served: str, tmp_path: Path) -> Path:
    path = tmp_path / "kubeconfig"
    path.write_text(served)
    return path


def bash(folder: Path, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """As both runners do: the first line that fails ends it."""
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_steps_of_github_actions_read_once_and_write_what_they_upload(served: str, tmp_path: Path):
    runs = {step["name"]: step for step in ACTIONS["steps"] if "run" in step}
    variables = {"RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    read = bash(tmp_path, runs["Read the cluster"]["run"], CONTENT=served, **variables)
    assert read.returncode == 0, read.stderr
    assert (tmp_path / "kubeconfig").stat().st_mode & 0o077 == 0
    (tmp_path / "kubeconfig").unlink()
    audit = bash(tmp_path, runs["Audit"]["run"], **variables)
    assert audit.returncode == 1, audit.stderr
    assert "::error" in audit.stdout
    upload = ACTIONS["steps"][-1]
    assert upload["if"] == "always()"
    sarif = json.loads((tmp_path / upload["with"]["sarif_file"]).read_text())
    assert sarif["version"] == "2.1.0"
    assert "DS001" in (tmp_path / "summary.md").read_text()


def test_every_secret_of_github_actions_goes_through_the_environment():
    """A secret that is written into a script is a line of shell for whoever may set it."""
    for step in ACTIONS["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_audit_of_gitlab_leaves_its_report_and_fails_by_findings(kubeconfig: Path, tmp_path: Path):
    done = bash(tmp_path, "\n".join(GITLAB["audit"]["script"]), KUBECONFIG=str(kubeconfig))
    assert done.returncode == 1, done.stderr
    artifacts = GITLAB["audit"]["artifacts"]
    assert artifacts["when"] == "always"
    assert (tmp_path / artifacts["reports"]["junit"]).read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("manifest", "code"),
    [pytest.param(AGENT, 0, id="nothing to look at"), pytest.param(HUNGRY, 1, id="pods that stay pending")],
)
def test_the_plan_of_gitlab_fails_where_somebody_should_look(
    kubeconfig: Path, tmp_path: Path, manifest: dict[str, Any], code: int
):
    (tmp_path / "manifests" / "agents").mkdir(parents=True)
    (tmp_path / "manifests" / "agents" / "agent.yaml").write_text(yaml.safe_dump(manifest))
    done = bash(tmp_path, "\n".join(GITLAB["plan"]["script"]), KUBECONFIG=str(kubeconfig))
    assert done.returncode == code, done.stdout + done.stderr


def test_every_example_names_the_same_image():
    (container,) = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    images = [ACTIONS["container"]["image"], container["image"]]
    images += [GITLAB[job]["image"]["name"] for job in ("audit", "plan")]
    assert set(images) == {IMAGE}
    assert f"-t {IMAGE} " in PAGE.read_text(encoding="utf-8")


# --- the CronJob -------------------------------------------------------------------------------------


def objects() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(CRON_JOB.read_text(encoding="utf-8")))


def cron_job() -> dict[str, Any]:
    return next(one for one in objects() if one["kind"] == "CronJob")


def test_its_role_lists_what_the_rules_look_at_and_nothing_else():
    (role,) = (one for one in objects() if one["kind"] == "ClusterRole")
    listed = {resource for rule in role["rules"] for resource in rule["resources"]}
    # The version is open to every user of a cluster (system:public-info-viewer).
    assert listed == (WANTED - {"version"}) | {"namespaces"}
    verbs = {verb for rule in role["rules"] for verb in rule["verbs"] if rule["resources"] != ["namespaces"]}
    assert verbs == {"list"}


def test_its_arguments_are_an_audit(kubeconfig: Path):
    (container,) = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    outcome = kubectl_ds(*container["args"], "--kubeconfig", str(kubeconfig))
    assert outcome.code == 1
    assert "error DS001" in outcome.out


# --- pre-commit --------------------------------------------------------------------------------------

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
HOOK_CONFIGURATION = SNIPPETS[".pre-commit-config.yaml"]


def test_the_hooks_command_takes_the_files_behind_its_arguments(kubeconfig: Path, tmp_path: Path):
    snapshot = tmp_path / "cluster.json.gz"
    assert kubectl_ds("snapshot", "-o", str(snapshot), "--kubeconfig", str(kubeconfig)).code == 0
    for name, manifest in (("agent", AGENT), ("hungry", HUNGRY)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(manifest))
    program, *words = HOOK["entry"].split()
    assert program == "kubectl-ds"
    files = [str(tmp_path / "agent.yaml"), str(tmp_path / "hungry.yaml")]
    assert kubectl_ds(*words, "--from", str(snapshot), *files[:1]).code == 0
    outcome = kubectl_ds(*words, "--from", str(snapshot), *files)
    assert outcome.code == 1
    (configured,) = HOOK_CONFIGURATION["repos"]
    assert configured["hooks"][0]["id"] == HOOK["id"]


def git(folder: Path, *words: str) -> str:
    settings = ["-c", "user.name=t", "-c", "user.email=t@example", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This source as a repository with the tag of the page, whatever is committed of it."""
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\0")
    if not any(files):
        pytest.skip("this is no checkout: pre-commit installs hooks from a repository")
    folder = tmp_path_factory.mktemp("repository")
    for name in filter(None, files):
        if name.startswith(("tests/", "bench/")) or not (ROOT / name).is_file():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")
    git(folder, "tag", HOOK_CONFIGURATION["repos"][0]["rev"])
    return folder


@pytest.mark.slow
def test_pre_commit_stops_a_commit_that_somebody_should_look_at(
    repository: Path, kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory
):
    """pre-commit itself, from the package index, with the hook installed from a repository."""
    home = tmp_path_factory.mktemp("pre-commit")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    pip = [str(home / "venv" / "bin" / "python"), "-m", "pip", "-q", "install", "pre-commit>=4,<5"]
    subprocess.run(pip, check=True)
    work = home / "work"
    (work / "manifests").mkdir(parents=True)
    outcome = kubectl_ds("snapshot", "-o", str(work / "cluster.json.gz"), "--kubeconfig", str(kubeconfig))
    assert outcome.code == 0
    configuration = json.loads(json.dumps(HOOK_CONFIGURATION))
    configuration["repos"][0]["repo"] = str(repository)
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    (work / "manifests" / "agent.yaml").write_text(yaml.safe_dump(AGENT))
    git(work, "init", "-q")
    git(work, "add", "-A")

    def pre_commit() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(home / "venv" / "bin" / "pre-commit"), "run", "--all-files"],
            cwd=work,
            env={**os.environ, "PRE_COMMIT_HOME": str(home / "cache"), "KUBECONFIG": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )

    passed = pre_commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    (work / "manifests" / "hungry.yaml").write_text(
        yaml.safe_dump(HUNGRY).replace("name: agent\n", "name: hungry\n")
    )
    git(work, "add", "-A")
    stopped = pre_commit()
    assert stopped.returncode == 1
    assert "exit code: 1" in stopped.stdout
    assert "monitoring/hungry" in stopped.stdout
