"""Lists are decoded on several threads; msgspec must not meet a type there that another thread has half learned."""

import subprocess
import sys

import pytest

PROGRAM = """
import json, sys, threading
from kubectl_ds.kube import decoding
from kubectl_ds.kube.errors import ApiCall
from kubectl_ds.kube.transport import Response
from kubectl_ds.core.model import DaemonSet

sys.setswitchinterval(1e-6)
metadata = {"name": "x", "labels": {"a": "b"}, "ownerReferences": [{"kind": "DaemonSet", "name": "x"}]}
spec = {"containers": [{"name": "x", "image": "x"}], "tolerations": [{"operator": "Exists"}]}
daemonset = {"metadata": metadata, "spec": {"template": {"metadata": metadata, "spec": spec}}}
lists = {
    "NodeList": (decoding.decode_nodes, {"metadata": metadata}),
    "PodList": (decoding.decode_pods, {"metadata": metadata, "spec": spec}),
    "EventList": (decoding.decode_events, {"metadata": metadata, "involvedObject": {"name": "x"}}),
    "ControllerRevisionList": (decoding.decode_revisions, {"metadata": metadata, "data": {}}),
}
call = ApiCall(server="https://there", verb="list", resource="pods")
begin = threading.Barrier(2 * len(lists) + 1)
failed = []

def work(kind, decode, item):
    body = json.dumps({"kind": kind, "metadata": {"resourceVersion": "1"}, "items": [item] * 20}).encode()
    begin.wait()
    if decoding.list_meta(body).resource_version != "1" or len(decode(Response(status=200, headers={
        "content-type": "application/json"}, body=body), call).items) != 20:
        failed.append(kind)

def convert():
    begin.wait()
    if decoding.typed_object(daemonset, DaemonSet).metadata.name != "x":
        failed.append("DaemonSet")

threads = [threading.Thread(target=work, args=(kind, *rest)) for kind, rest in lists.items() for _ in (1, 2)]
threads.append(threading.Thread(target=convert))
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(len(failed))
"""
RUNS = 12
"""Without care nearly each of them ends in a segmentation fault."""


@pytest.mark.parametrize("run", range(RUNS))
def test_types_are_learned_one_at_a_time(run: int):
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
