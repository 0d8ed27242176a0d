"""`python -m bench.serving FOLDER`: serves a made cluster until standard input closes; says where in one line."""

import argparse
import ssl
import sys
import threading
from pathlib import Path

from bench.serving.server import BenchServer
from bench.serving.wire import Road


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.serving", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--certificate", type=Path, help="PEM of a certificate and its key: serve TLS")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds of a round trip")
    parser.add_argument("--bandwidth", type=float, default=0.0, help="bytes a second; 0 is no bound")
    arguments = parser.parse_args()
    tls = None
    if arguments.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.certificate)
    road = Road(latency=arguments.latency, bandwidth=arguments.bandwidth)
    server = BenchServer(arguments.folder, road, tls)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.url, flush=True)
    # The runner holds the other end: when it is gone, so are we.
    sys.stdin.buffer.read()


main()
