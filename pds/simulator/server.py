"""A socket on this machine, and a line on standard output that says where."""

import socket

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


class _SaysWhenReady(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            port = sockets[0].getsockname()[1]
            # Whoever started the process reads this line, so it may not wait.
            print(f"PDS simulator on http://{HOST}:{port}", flush=True)


def serve(app: ASGIApp, *, port: int) -> None:
    """Answer until the process is told to stop.

    :param port: 0 for any that is free
    :raises OSError: another process has the port
    """
    config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off")
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        _SaysWhenReady(config).run(sockets=[listening])
