"""The order in which a request is judged, and the answer to it."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pds.simulator import fhir, tokens
from pds.simulator.journal import Entry, Journal
from pds.simulator.limits import Limits
from pds.simulator.outcomes import Refused, invalid_value, missing_value
from pds.simulator.people import is_nhs_number
from pds.simulator.query import parse
from pds.simulator.search import Hit, Population

BASE_PATH = "/personal-demographics/FHIR/R4"
FHIR_JSON, PROXY_JSON = "application/fhir+json", "application/json"
NOT_THE_NHS = {"X-Simulator": "Not an NHS service: every person is invented"}
APPROXIMATE = {"X-Simulator-Fuzzy": "Approximate: the national scores are not public"}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PATH = re.compile(
    r"/Patient(/(?P<id>[^/]+)(?P<related>/RelatedPerson)?)?/?|/Coverage(/.*)?"
)

INDEX = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>PDS simulator</title></head>
<body><h1>PDS simulator</h1>
<p><strong>This is not an NHS service.</strong> It stands in for the Personal
Demographics Service while Mavis is developed and tested. Every person in it is
invented, with an NHS number that is never issued.</p>
<p>It knows {people} people, at <code>{base}</code>.</p>
<p>Its fuzzy search is approximate: the national service's scores are not public.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, and what the journal calls it."""

    status: int
    body: Mapping[str, Any]
    outcome: str
    content_type: str = FHIR_JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return json.dumps(self.body, separators=(",", ":")).encode()


class Simulator:
    """PDS: people, limits and a journal, and the order of judgement."""

    def __init__(
        self,
        population: Population,
        *,
        requests_per_second: float = 0,
        latency: float = 0,
        journal: Journal | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        :param requests_per_second: for each application; 0 is no limit
        :param latency: seconds by which every answer is late
        :param journal: where requests are written down, if anywhere
        """
        self.population = population
        self.journal = journal
        self._limits = Limits(requests_per_second, clock=clock)
        self._latency = latency
        self._clock = clock
        self._now = now

    async def respond(self, request: Request) -> Response:
        """Answer one request below the base path."""
        if self._latency:
            await asyncio.sleep(self._latency)
        try:
            answer = self._judge(request)
        except Refused as refused:
            content_type = PROXY_JSON if refused.by_proxy else FHIR_JSON
            answer = Answer(refused.status, refused.body, refused.code, content_type)
        self._write_down(request, answer)
        headers = {**NOT_THE_NHS, **answer.headers}
        for name in ("X-Request-ID", "X-Correlation-ID"):
            if value := request.headers.get(name):
                headers[name] = value
        return Response(answer.content, answer.status, headers, answer.content_type)

    def _judge(self, request: Request) -> Answer:
        """Judge a request as the live proxy and PDS do: the first thing wrong answers.

        :raises Refused: something is wrong
        """
        if request.method == "OPTIONS":
            raise Refused("UNKNOWN_ERROR", by_proxy=True, status=502)
        self._limits.admit(tokens.application(request.headers.get("Authorization")))
        path = _path_below_base(request)
        asked_for = _PATH.fullmatch(path)
        if asked_for is None:
            raise Refused(
                "UNSUPPORTED_REQUEST", f"Unsupported path - '{path}'", by_proxy=True
            )
        request_id = request.headers.get("X-Request-ID")
        if request_id is not None and not _UUID.fullmatch(request_id):
            raise invalid_value(request_id, "X-Request-ID", by_proxy=True)
        parameters = parse_qsl(request.url.query, keep_blank_values=True)
        _check_application_may(request.method, path, parameters)
        # From here on it is PDS that answers, and no longer the proxy.
        if request_id is None:
            raise missing_value("X-Request-ID")
        if nhs_number := asked_for["id"]:
            return self._read(nhs_number, related=bool(asked_for["related"]))
        return self._search(parameters)

    def _read(self, nhs_number: str, *, related: bool) -> Answer:
        if not is_nhs_number(nhs_number):
            raise Refused(
                "INVALID_RESOURCE_ID", f"Invalid value - '{nhs_number}' in field 'id'"
            )
        person = self.population.read(nhs_number)
        if person is None:
            raise Refused("RESOURCE_NOT_FOUND")
        if person.invalidated:
            raise Refused("INVALIDATED_RESOURCE")
        if related:
            return Answer(200, self._searchset([]), "read")
        etag = {"ETag": f'W/"{person.version}"'}
        return Answer(200, fhir.patient(person, in_search=False), "read", headers=etag)

    def _search(self, parameters: list[tuple[str, str]]) -> Answer:
        query = parse(parameters)
        hits = self.population.search(query)
        if len(hits) > 1:
            # An application may see one result, and PDS never cuts a list short.
            raise Refused("TOO_MANY_MATCHES")
        outcome = "one_match" if hits else "no_match"
        headers = APPROXIMATE if query.fuzzy else {}
        return Answer(200, self._searchset(hits), outcome, headers=headers)

    def _searchset(self, hits: list[Hit]) -> dict[str, Any]:
        return fhir.searchset(hits, base=BASE_PATH, at=self._now())

    def _write_down(self, request: Request, answer: Answer) -> None:
        if self.journal is None:
            return
        headers = request.headers
        self.journal.add(
            Entry(
                at=self._clock(),
                method=request.method,
                path=_path_below_base(request),
                query=tuple(
                    sorted(parse_qsl(request.url.query, keep_blank_values=True))
                ),
                request_id=headers.get("X-Request-ID", ""),
                correlation_id=headers.get("X-Correlation-ID", ""),
                organisation=headers.get("NHSD-End-User-Organisation-ODS", ""),
                status=answer.status,
                outcome=answer.outcome,
            )
        )


def make_app(simulator: Simulator) -> Starlette:
    """Return the ASGI application: the API, and a page that says what it is."""

    async def index(_request: Request) -> Response:
        people = f"{len(simulator.population):,}"
        page = INDEX.format(people=people, base=BASE_PATH)
        return HTMLResponse(page, headers=NOT_THE_NHS)

    api = Route(BASE_PATH + "{path:path}", simulator.respond, methods=METHODS)
    return Starlette(routes=[api, Route("/", index)])


def _path_below_base(request: Request) -> str:
    return str(request.path_params["path"])


def _check_application_may(
    method: str, path: str, parameters: list[tuple[str, str]]
) -> None:
    """Raise unless application-restricted access allows this: reading, one result."""
    if path.startswith("/Coverage"):
        raise Refused("ACCESS_DENIED", by_proxy=True, status=403)
    if method not in {"GET", "HEAD"}:
        raise Refused("INVALID_METHOD", by_proxy=True)
    if any(name == "_max-results" and value != "1" for name, value in parameters):
        raise Refused(
            "INVALID_VALUE",
            "Your app has insufficient permissions to perform this search. Please "
            "contact support.",
            by_proxy=True,
            status=403,
            display="Cannot retrieve more than one result with application-restricted "
            "access token",
            issue_code="token",
        )
