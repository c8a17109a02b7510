"""`python -m hotline.simulator`: the pretend carrier as its own process."""

import socket
import sys
from collections.abc import Sequence

import uvicorn

from hotline.simulator.app import create_app
from hotline.simulator.config import Start, read_arguments


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; gives the exit status."""
    start = read_arguments(arguments)
    listening = _listen(start)
    if listening is None:
        print(
            f"Port {start.port} on {start.host} is taken: stop what listens there, or choose another --port.",
            file=sys.stderr,
        )
        return 1
    print(f"Pretend carrier: http://{start.host}:{start.port}", flush=True)
    config = uvicorn.Config(
        create_app(start.config), log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(start: Start) -> socket.socket | None:
    """A bound socket, or None when the port is taken."""
    family = socket.AF_INET6 if ":" in start.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((start.host, start.port))
    except OSError:
        listening.close()
        return None
    return listening


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
