"""The order in which a request is judged, and the answer to it."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from pds.simulator import admin, broken, fhir
from pds.simulator.applications import Application
from pds.simulator.faults import Fault, FaultKind, Faults, Where
from pds.simulator.journal import Entry, Journal
from pds.simulator.limits import Limits
from pds.simulator.outcomes import Refused, invalid_value, missing_value
from pds.simulator.people import is_nhs_number
from pds.simulator.query import parse
from pds.simulator.search import Hit, Population
from pds.simulator.token_endpoint import TOKEN_PATH, TokenEndpoint
from pds.simulator.tokens import Tokens

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


class Simulator:
    """PDS: people, limits, faults and a journal, and the order of judgement."""

    def __init__(
        self,
        population: Population,
        *,
        applications: Iterable[Application] = (),
        has_asid: bool = True,
        requests_per_second: float = 0,
        latency: float = 0,
        journal: Journal | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        :param applications: those that are registered. With any, every request
            needs a token; with none, a token is neither needed nor known.
        :param has_asid: whether whoever asks has been given an ASID
        :param requests_per_second: for each application; 0 is no limit
        :param latency: seconds by which every answer is late
        :param journal: where requests are written down; with one there are the
            addresses for tests, too
        """
        self.population = population
        self.journal = journal
        self.faults = Faults(clock=clock)
        self.tokens = Tokens(applications, clock=clock, now=lambda: now().timestamp())
        self.token_endpoint = TokenEndpoint(
            self.tokens,
            faults=self.faults,
            limits=Limits(requests_per_second, clock=clock),
            journal=journal,
            headers=NOT_THE_NHS,
            clock=clock,
            now=now,
        )
        self._has_asid = has_asid
        self._limits = Limits(requests_per_second, clock=clock)
        self._latency = latency
        self._clock = clock
        self._now = now

    async def respond(self, request: Request) -> Response:
        """Answer one request below the base path."""
        if self._latency:
            await asyncio.sleep(self._latency)
        fault = await self.faults.strike(Where.FHIR)
        headers = {**NOT_THE_NHS, **_mirrored(request)}
        if fault and fault.replaces_answer:
            response = broken.instead(fault, now=self._now(), headers=headers)
            status = 0 if fault.kind is FaultKind.DROPPED else response.status_code
            self._write_down(request, status, "fault", fault)
            return response
        answer = self._answer(request)
        self._write_down(request, answer.status, answer.outcome, fault)
        headers |= answer.headers
        if fault:
            return broken.spoil(
                fault,
                body=answer.body,
                status=answer.status,
                headers=headers,
                content_type=answer.content_type,
            )
        content = json.dumps(answer.body, separators=(",", ":"))
        return Response(content, answer.status, headers, answer.content_type)

    def _answer(self, request: Request) -> Answer:
        try:
            return self._judge(request)
        except Refused as refused:
            content_type = PROXY_JSON if refused.by_proxy else FHIR_JSON
            return Answer(refused.status, refused.body, refused.code, content_type)

    def _judge(self, request: Request) -> Answer:
        """Judge a request as the live proxy and PDS do: the first thing wrong answers.

        :raises Refused: something is wrong
        """
        if request.method == "OPTIONS":
            raise Refused("UNKNOWN_ERROR", by_proxy=True, status=502)
        self._limits.admit(
            self.tokens.application(request.headers.get("Authorization"))
        )
        path = _path_below_base(request)
        asked_for = _PATH.fullmatch(path)
        if asked_for is None:
            raise Refused(
                "UNSUPPORTED_REQUEST", f"Unsupported path - '{path}'", by_proxy=True
            )
        request_id = request.headers.get("X-Request-ID")
        if request_id is not None and not _UUID.fullmatch(request_id):
            raise invalid_value(request_id, "X-Request-ID", by_proxy=True)
        if not self._has_asid:
            raise Refused(
                "MISSING_VALUE",
                "No ASID is associated with your app. Please contact support.",
                by_proxy=True,
            )
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

    def _write_down(
        self, request: Request, status: int, outcome: str, fault: Fault | None
    ) -> None:
        if self.journal is None:
            return
        headers = request.headers
        parameters = parse_qsl(request.url.query, keep_blank_values=True)
        self.journal.add(
            Entry(
                at=self._clock(),
                method=request.method,
                path=_path_below_base(request),
                query=tuple(sorted(parameters)),
                request_id=headers.get("X-Request-ID", ""),
                correlation_id=headers.get("X-Correlation-ID", ""),
                organisation=headers.get("NHSD-End-User-Organisation-ODS", ""),
                status=status,
                outcome=outcome,
                fault=fault.kind if fault else "",
            )
        )


def make_app(simulator: Simulator) -> Starlette:
    """Return the ASGI application: the API, and a page that says what it is."""

    async def index(_request: Request) -> Response:
        people = f"{len(simulator.population):,}"
        page = INDEX.format(people=people, base=BASE_PATH)
        return HTMLResponse(page, headers=NOT_THE_NHS)

    routes: list[BaseRoute] = [
        Route(BASE_PATH + "{path:path}", simulator.respond, methods=METHODS),
        # For whoever was given the host and the port, and no more.
        Route("/Patient{path:path}", simulator.respond, methods=METHODS),
        Route(TOKEN_PATH, simulator.token_endpoint.respond, methods=["POST"]),
        Route("/", index),
    ]
    if simulator.journal is not None:
        for_tests = admin.routes(
            simulator.population,
            simulator.journal,
            simulator.faults,
            simulator.tokens,
        )
        routes.append(Mount("/admin", routes=for_tests))
    return Starlette(routes=routes)


def _mirrored(request: Request) -> dict[str, str]:
    return {
        name: value
        for name in ("X-Request-ID", "X-Correlation-ID")
        if (value := request.headers.get(name))
    }


def _path_below_base(request: Request) -> str:
    return str(request.url.path).removeprefix(BASE_PATH)


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
