"""What opening a session costs: the modules that a plain kubeconfig must not load."""

import subprocess
import sys

from tests.kube.loopback import NO_HOME, write_kubeconfig

NEVER = ("kubernetes", "requests", "subprocess", "kubectl_ds.kube.exec_credentials", "kubectl_ds.kube.oidc",
         "kubectl_ds.kube.kuberc", "kubectl_ds.kube.socks5")  # fmt: skip

OPEN = f"""
import sys
from kubectl_ds.kube.connection import ConnectionFlags, open_session
late = [name for name in ("urllib3", "yaml") if name in sys.modules]
open_session(ConnectionFlags(kubeconfig=sys.argv[1]), {NO_HOME!r}, stdin_is_tty=False, stderr=sys.stderr)
print(late + [name for name in {NEVER!r} if name in sys.modules])
"""


def test_a_token_in_a_kubeconfig_loads_no_more_than_it_needs(tmp_path):
    path = write_kubeconfig(tmp_path / "config", server="https://a", user={"token": "t"})
    done = subprocess.run([sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
