"""`python -m tests.controlplane build|start`: a cluster on a laptop.

start prints `export KUBECONFIG=…` when it is ready. It takes the servers from the folder KUBEBUILDER_ASSETS if
that is set; KUBECTL_DS_NODES=kwok lets kwok play the nodes, and =none nobody.
"""

import argparse
import shutil
import signal
import sys
import sysconfig
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.controlplane.building import EVERYDAY, PROGRAMS, build
from tests.controlplane.harness import start
from tests.controlplane.kubectl import kubectl

EXAMPLES = Path(__file__).with_name("examples.yaml")
READY = "Ready. Type the lines above in another terminal, and there `kubectl ds -A`. Ctrl-C here stops the cluster."


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.controlplane",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    building = verbs.add_parser("build", help="build etcd and Kubernetes' servers into one program")
    building.add_argument(
        "program", nargs="?", choices=PROGRAMS, help=f"just one; {' and '.join(EVERYDAY)} otherwise"
    )
    starting = verbs.add_parser("start", help="start it on loopback; Ctrl-C stops it and removes its data")
    starting.add_argument("--nodes", type=int, default=3, help="simulated nodes to begin with (3)")
    starting.add_argument("--workdir", type=Path, help="keep certificates and logs in this folder")
    starting.add_argument(
        "--user", action="append", default=[], help="a further user: NAME or NAME=GROUP,GROUP"
    )
    starting.add_argument(
        "--examples", action="store_true", help="with a few DaemonSets to look at (examples.yaml)"
    )
    arguments = parser.parse_args()
    if arguments.verb == "build":
        for program in (arguments.program,) if arguments.program else EVERYDAY:
            print(build(program))
        return
    signal.signal(signal.SIGTERM, stopped)
    with start(nodes=arguments.nodes, users=arguments.user, workdir=arguments.workdir) as control_plane:
        if arguments.examples and control_plane.workdir is not None:
            kubectl(control_plane, "apply", "-f", str(EXAMPLES))
        print(f"export KUBECONFIG={control_plane.kubeconfig}", flush=True)
        if shutil.which("kubectl-ds") is None:
            print(f"export PATH={sysconfig.get_path('scripts')}:$PATH", flush=True)
        print(READY, file=sys.stderr, flush=True)
        signal.pause()


def stopped(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


try:
    main()
except KeyboardInterrupt:
    sys.exit(0)
