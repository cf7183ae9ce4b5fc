"""`python -m tests.lab.headend --directory DIR --appliance ID`: run the reference head-end until interrupted.

Writes the CA and the appliance's certificate into DIR, and prints one JSON line with the URL, the control port and the
paths of the PEM files.
"""

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.lab.headend import control
from tests.lab.headend.server import Headend


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.headend", description="The reference head-end.")
    parser.add_argument("--directory", type=Path, required=True, help="for keys, certificates and the database")
    parser.add_argument("--appliance", default="apl-demo", help="the appliance that gets a certificate")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0, help="port of the control interface, on the loopback")
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Headend(arguments.directory, port=arguments.port, store=str(arguments.directory / "headend.db")) as headend:
        controller = control.start(headend, arguments.control)
        client = headend.client(arguments.appliance)
        reported = {
            "url": headend.url,
            "control": controller.server_address[1],
            "ca": str(headend.authority.path),
            "certificate": str(client.certificate),
            "key": str(client.key),
        }
        print(json.dumps(reported), flush=True)
        stop.wait()
        controller.shutdown()
        controller.server_close()


if __name__ == "__main__":
    main()
