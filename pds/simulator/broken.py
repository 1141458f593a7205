"""The answers that faults make."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pds.simulator.faults import Fault, FaultKind
from pds.simulator.outcomes import Refused

PROXY_JSON, HTML = "application/json", "text/html"
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"
# What a later version of PDS might add: a client ignores what it does not know.
UNKNOWN = {"futureField": {"valueString": "ignore this"}, "futureList": [1, 2]}


class Dropped(Response):
    """A connection that is closed before the answer, or in the middle of it.

    The server leaves the transport in the state of the request; see `server`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.body:
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            half = bytes(self.body[: len(self.body) // 2])
            await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()
        while (await receive())["type"] != "http.disconnect":
            pass


def instead(fault: Fault, *, now: datetime, headers: Mapping[str, str]) -> Response:
    """Return what a fault of INSTEAD_OF_AN_ANSWER answers."""
    kind = fault.kind
    if kind is FaultKind.DROPPED:
        return Dropped()
    if kind is FaultKind.BAD_GATEWAY_HTML:
        return Response(BAD_GATEWAY, 502, dict(headers), HTML)
    if kind is FaultKind.UNKNOWN_ANSWER:
        body = {"resourceType": "Parameters", "parameter": []}
        return _json(body, 200, headers, "application/fhir+json")
    if kind in {FaultKind.SERVER_ERROR, FaultKind.GATEWAY_TIMED_OUT}:
        status = 500 if kind is FaultKind.SERVER_ERROR else 504
        return _json(Refused("UNKNOWN_ERROR").body, status, headers, PROXY_JSON)
    if kind is FaultKind.TIMED_OUT:
        refused = Refused("UNABLE_TO_CALL_SERVICE")
    elif kind is FaultKind.UNAUTHORISED:
        refused = Refused("ACCESS_DENIED", "Invalid Access Token", by_proxy=True)
    elif kind in {FaultKind.UNAVAILABLE_SECONDS, FaultKind.UNAVAILABLE_DATE}:
        refused = Refused("UNKNOWN_ERROR", status=503)
    else:
        diagnostics = "This API is currently receiving a high volume of requests."
        refused = Refused("TOO_MANY_REQUESTS", diagnostics, by_proxy=True)
    headers = {**headers, **_retry_after(fault, now)}
    return _json(refused.body, refused.status, headers, PROXY_JSON)


def spoil(
    fault: Fault,
    *,
    body: Mapping[str, Any],
    status: int,
    headers: Mapping[str, str],
    content_type: str,
) -> Response:
    """Return an answer that was made as usual, spoilt by a fault."""
    content = json.dumps(body).encode()
    if fault.kind is FaultKind.DROPPED_IN_BODY:
        return Dropped(content, status, dict(headers), content_type)
    if fault.kind is FaultKind.TRUNCATED:
        content = content[: len(content) // 2]
    elif fault.kind is FaultKind.WRONG_CONTENT_TYPE:
        content_type = "text/plain"
    elif fault.kind is FaultKind.UNKNOWN_FIELDS:
        return _json({**UNKNOWN, **body}, status, headers, content_type)
    return Response(content, status, dict(headers), content_type)


def _json(
    body: Mapping[str, Any], status: int, headers: Mapping[str, str], content_type: str
) -> Response:
    return Response(json.dumps(body), status, dict(headers), content_type)


def _retry_after(fault: Fault, now: datetime) -> dict[str, str]:
    if fault.kind in {
        FaultKind.TOO_MANY_REQUESTS_RETRY_AFTER,
        FaultKind.UNAVAILABLE_SECONDS,
    }:
        return {"Retry-After": str(fault.retry_after)}
    if fault.kind is FaultKind.UNAVAILABLE_DATE:
        when = now.astimezone(UTC) + timedelta(seconds=fault.retry_after)
        return {"Retry-After": format_datetime(when, usegmt=True)}
    return {}
