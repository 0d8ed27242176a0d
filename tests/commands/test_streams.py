"""Standard output and standard error of the real process: UTF-8 and line feeds everywhere, as kubectl writes them."""

import signal
import subprocess
import sys

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_daemonset

CNI = a_daemonset("cni")
CNI["metadata"]["annotations"] = {"note": "日本語 é"}


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"PYTHONIOENCODING": "ascii"}, id="Python was told another encoding"),
        pytest.param({"PYTHONIOENCODING": "utf-16"}, id="Python was told one with a byte order mark"),
        pytest.param(
            {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, id="the locale knows ASCII alone"
        ),
    ],
)
def test_text_is_written_in_utf_8_whatever_the_locale(variables: dict[str, str]):
    path = r"jsonpath={.metadata.annotations.note}{'\n'}"
    with ApiServer([CNI]) as server:
        to = ("--server", server.url, "--kubeconfig", "/dev/null", "-n", "kube-system")
        done = subprocess.run(
            [sys.executable, "-m", "kubectl_ds", "get", "cni", "-o", path, *to],
            env=variables,
            capture_output=True,
            check=False,
        )
        refused = subprocess.run(
            [sys.executable, "-m", "kubectl_ds", "get", "日本語", *to],
            env=variables,
            capture_output=True,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "日本語 é\n".encode(), b"")
    assert refused.returncode == 3
    assert 'daemonsets.apps "日本語" not found' in refused.stderr.decode()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_from_the_start_is_no_error(closed: str):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m kubectl_ds version {closed}"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("flag", ["--all-namespaces", "-A=true"], ids=["a plain line", "one for click"])
@pytest.mark.parametrize("notes", [0, 40_000], ids=["a short answer", "one longer than a pipe holds"])
def test_a_reader_that_goes_away_ends_the_program_with_141(notes: int, flag: str):
    long = a_daemonset("long")
    long["metadata"]["annotations"] = {f"note-{number}": "x" * 20 for number in range(notes)}
    with ApiServer([long]) as server:
        to = ["--server", server.url, "--kubeconfig", "/dev/null", flag, "-o", "json"]
        process = subprocess.Popen(
            [sys.executable, "-m", "kubectl_ds", "get", *to], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.parametrize("flag", ["--all-namespaces", "-A=true"], ids=["a plain line", "one for click"])
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_program_without_a_word(signum: int, code: int, flag: str):
    with ApiServer([CNI]) as server:
        to = ["--server", server.url, "--kubeconfig", "/dev/null", flag, "-o", "name", "-w"]
        process = subprocess.Popen(
            [sys.executable, "-m", "kubectl_ds", "get", *to], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"daemonset.apps/cni\n"
        process.send_signal(signum)
        assert process.stderr.read() == b""
        assert process.wait() == code
