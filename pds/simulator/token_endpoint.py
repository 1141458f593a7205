"""POST /oauth2/token: a form with a signed assertion in, an access token out."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from pds.simulator import broken
from pds.simulator.assertions import BadAssertion
from pds.simulator.faults import Fault, FaultKind, Faults, Where
from pds.simulator.journal import Entry, Journal
from pds.simulator.limits import Limits
from pds.simulator.outcomes import Refused
from pds.simulator.tokens import Tokens

TOKEN_PATH = "/oauth2/token"  # noqa: S105 -- an address
JSON = "application/json"


class TokenEndpoint:
    """The authorisation service, which has faults and a limit of its own."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        faults: Faults,
        limits: Limits,
        journal: Journal | None,
        headers: Mapping[str, str],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """:param headers: those of every answer"""
        self._tokens = tokens
        self._faults = faults
        self._limits = limits
        self._journal = journal
        self._headers = headers
        self._clock = clock
        self._now = now

    async def respond(self, request: Request) -> Response:
        fault = await self._faults.strike(Where.TOKEN)
        if fault and fault.replaces_answer:
            response = broken.instead(fault, now=self._now(), headers=self._headers)
            status = 0 if fault.kind is FaultKind.DROPPED else response.status_code
            self._write_down(request, status, "fault", fault)
            return response
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        # Exactly the address it was sent to: another host or path is another aud.
        audience = str(request.url.replace(query="", fragment=""))
        status, body, outcome = self._answer(form, audience)
        self._write_down(request, status, outcome, fault)
        if fault:
            return broken.spoil(
                fault,
                body=body,
                status=status,
                headers=self._headers,
                content_type=JSON,
            )
        return Response(json.dumps(body), status, dict(self._headers), JSON)

    def _answer(
        self, form: Mapping[str, str], audience: str
    ) -> tuple[int, Mapping[str, Any], str]:
        """Return the status, the body, and what the journal calls it."""
        try:
            self._limits.admit("token")
            return 200, self._tokens.give(form, audience=audience), "token"
        except Refused as refused:
            return refused.status, refused.body, refused.code
        except BadAssertion as bad:
            body = {
                "error": bad.error,
                "error_description": str(bad),
                "message_id": f"rrt-{self._clock():.6f}",
            }
            return bad.status, body, bad.error

    def _write_down(
        self, request: Request, status: int, outcome: str, fault: Fault | None
    ) -> None:
        if self._journal is None:
            return
        self._journal.add(
            Entry(
                at=self._clock(),
                method=request.method,
                path=TOKEN_PATH,
                query=(),
                request_id=request.headers.get("X-Request-ID", ""),
                correlation_id=request.headers.get("X-Correlation-ID", ""),
                organisation="",
                status=status,
                outcome=outcome,
                fault=fault.kind if fault else "",
            )
        )
