"""A socket on this machine, and a line on standard output that says where."""

import asyncio
import contextlib
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"


class _SaysWhenReady(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            port = sockets[0].getsockname()[1]
            # Whoever started the process reads this line, so it may not wait.
            print(f"PDS simulator on http://{HOST}:{port}", flush=True)


class _ShowsTransport(H11Protocol):
    """Leaves the transport in the state of each request, so that a fault can drop it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def serve(app: ASGIApp, *, port: int) -> None:
    """Answer until the process is told to stop.

    :param port: 0 for any that is free
    :raises OSError: another process has the port
    """
    config = uvicorn.Config(
        app,
        http=_ShowsTransport,
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        # Ctrl-C is how a person stops it, and no fault.
        with contextlib.suppress(KeyboardInterrupt):
            _SaysWhenReady(config).run(sockets=[listening])
