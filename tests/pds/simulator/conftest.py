"""A simulator in this process, asked without a network."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.applications import Starlette

from pds.simulator.app import BASE_PATH, Simulator, make_app
from pds.simulator.journal import Journal
from pds.simulator.named import NAMED
from pds.simulator.people import Person
from pds.simulator.search import Population

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Clock:
    """Seconds and a time of day that go on only when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.day = NOW

    def __call__(self) -> float:
        return self.seconds

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


class Client:
    """Asks an application in this process.

    It is asynchronous, and runs in a thread of its own so as not to mind an event
    loop that a browser test may have left running in this one.
    """

    def __init__(self, app: Starlette, portal: BlockingPortal) -> None:
        self._transport = httpx.ASGITransport(app)
        self._portal = portal

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._portal.call(lambda: self._request(method, path, **options))

    async def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        client = httpx.AsyncClient(transport=self._transport, base_url="http://pds")
        async with client:
            return await client.request(method, path, **options)

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)


class Asking:
    """What a client of PDS does, with a request id unless told otherwise."""

    def __init__(self, client: Client, simulator: Simulator, clock: Clock) -> None:
        self.client = client
        self.simulator = simulator
        self.clock = clock

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def send(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        if headers is None:
            headers = {"X-Request-ID": str(uuid4())}
        return self.client.request(method, BASE_PATH + path, headers=headers, **options)

    def read(self, nhs_number: str) -> httpx.Response:
        return self.get(f"/Patient/{nhs_number}")

    def search(self, *repeated: tuple[str, str], **parameters: str) -> httpx.Response:
        """Search, with _ for the hyphens of names such as general-practitioner."""
        named = {
            name if name.startswith("_") else name.replace("_", "-"): value
            for name, value in parameters.items()
        }
        return self.get("/Patient", params=[*repeated, *named.items()])

    def found(self, *repeated: tuple[str, str], **parameters: str) -> str:
        """Return the number a search finds, or what it says instead."""
        response = self.search(*repeated, **parameters)
        assert response.status_code == 200, response.text
        body = response.json()
        if body["resourceType"] == "OperationOutcome":
            return code(response)
        assert body["total"] == len(body.get("entry", []))
        if not body["total"]:
            assert "entry" not in body
            return "nobody"
        return str(body["entry"][0]["resource"]["id"])


def code(response: httpx.Response) -> str:
    """Return the Spine code of an OperationOutcome."""
    [issue] = response.json()["issue"]
    return str(issue["details"]["coding"][0]["code"])


def diagnostics(response: httpx.Response) -> str:
    [issue] = response.json()["issue"]
    return str(issue.get("diagnostics", ""))


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def asking(portal: BlockingPortal) -> Callable[..., Asking]:
    """Return a maker of simulators that know some people besides the named ones."""

    def make(*people: Person, **options: Any) -> Asking:
        population = Population(NAMED)
        population.add(people)
        clock = Clock()
        simulator = Simulator(
            population, journal=Journal(), clock=clock, now=lambda: clock.day, **options
        )
        return Asking(Client(make_app(simulator), portal), simulator, clock)

    return make


@pytest.fixture
def pds(asking: Callable[..., Asking]) -> Asking:
    return asking()
