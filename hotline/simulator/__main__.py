"""`python -m hotline.simulator`: the pretend carrier as its own process."""

import sys
from collections.abc import Sequence

import uvicorn

from hotline.simulator.app import create_app
from hotline.simulator.config import read_arguments


def main(arguments: Sequence[str]) -> None:
    start = read_arguments(arguments)
    print(f"Pretend carrier: http://{start.host}:{start.port}", flush=True)
    uvicorn.run(
        create_app(start.config),
        host=start.host,
        port=start.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
