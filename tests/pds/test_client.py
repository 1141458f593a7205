"""The client: headers, attempts, back-off, and what each fault is taken for."""

import asyncio
import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import httpx
import pytest

from pds.client import ATTEMPTS, LONGEST_WAIT, Client, Tally
from pds.limiter import Unlimited
from pds.rules.answers import Fault, Nobody, OnePerson, RefusesUs, Rejected
from pds.rules.cascade import Step
from pds.rules.questions import Read, question
from tests.pds.cast import HERS, bundle, outcome, patient, sought
from tests.pds.scripted import ScriptedPDS, run

SEARCH = question(Step.WILDCARD_FIRST_NAME, sought(last_name="O'Neil Żak"))
READ = Read(HERS)
BUSY = (429, outcome("TOO_MANY_REQUESTS"))


class Asked:
    """A client of a scripted PDS, what it counted, and how long it paused."""

    def __init__(self, pds, **seconds):
        self.pds = pds
        self.pauses = []
        self.held = []
        self.tally = Tally()
        self.left = seconds.get("left", 60)

    def __call__(self, asked=READ):
        return run(self.ask, asked)

    async def ask(self, asked):
        test = self

        class Limiter(Unlimited):
            async def hold(self, seconds):
                test.held.append(seconds)

        async def pause(seconds):
            test.pauses.append(seconds)

        client = Client(
            base_url="http://pds/FHIR/R4",
            ods_code="R0001",
            limiter=Limiter(),
            transport=self.pds.transport,
            pause=pause,
        )
        try:
            until = time.monotonic() + self.left
            return await client.ask(
                asked, reference="import-7-row-2", until=until, tally=self.tally
            )
        finally:
            await client.close()


@pytest.fixture
def pds():
    return ScriptedPDS({HERS: patient()})


def test_a_request_says_who_asks_and_about_which_row(pds):
    Asked(pds)()

    (request,) = pds.requests
    assert str(request.url) == f"http://pds/FHIR/R4/Patient/{HERS}"
    assert UUID(request.headers["X-Request-ID"])
    assert request.headers["X-Correlation-ID"] == "import-7-row-2"
    assert request.headers["NHSD-End-User-Organisation-ODS"] == "R0001"
    assert request.headers["Accept"] == "application/fhir+json"


def test_a_search_is_encoded_wildcard_and_all(pds):
    Asked(pds)(SEARCH)

    assert pds.requests[0].url.query == (
        b"family=O%27Neil%20%C5%BBak&given=Ama%2A&birthdate=eq2014-03-27"
        b"&address-postalcode=SW1A1AA&_history=true&_max-results=1"
    )


def test_an_answer_may_come_compressed(pds):
    body = gzip.compress(json.dumps(patient()).encode())
    pds.next = [httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=body)]

    assert isinstance(Asked(pds)(), OnePerson)


def test_an_answer_takes_one_request(pds):
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)
    assert asked(SEARCH) is Nobody.NO_MATCHES
    assert asked(Read("9990000026")) is Nobody.NOT_HELD
    assert (asked.tally.calls, asked.tally.answers) == (3, 3)
    assert asked.pauses == []


@pytest.mark.parametrize(
    "fault",
    [
        BUSY,
        (408, outcome("UNABLE_TO_CALL_SERVICE")),
        (500, b""),
        (502, b"<html>Bad gateway</html>"),
        (503, b""),
        (504, b""),
        (200, b'{"resourceType": "Pat'),
        (200, outcome("SOMETHING_NEW")),
        httpx.ReadTimeout("late"),
        httpx.ConnectTimeout("late"),
        httpx.ConnectError("refused"),
        httpx.DecodingError("rubbish"),
    ],
    ids=str,
)
def test_a_fault_is_asked_again_by_the_same_id(pds, fault):
    pds.next = [fault]
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)

    first, second = pds.requests
    assert first.headers["X-Request-ID"] == second.headers["X-Request-ID"]
    assert (asked.tally.calls, asked.tally.failures_in_a_row) == (2, 0)
    assert len(asked.pauses) == 1


def test_two_questions_have_two_ids(pds):
    asked = Asked(pds)
    asked()
    asked()

    first, second = pds.requests
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_attempts_are_bounded_and_farther_apart_each_time(pds):
    pds.next = [(503, b"")] * 10
    asked = Asked(pds)

    assert asked() == Fault("http_503")

    assert len(pds.requests) == asked.tally.failures_in_a_row == ATTEMPTS
    assert asked.pauses == sorted(asked.pauses)
    for pause, longest in zip(asked.pauses, (0.5, 1, 2), strict=True):
        assert longest / 2 <= pause <= longest


def test_no_attempt_begins_when_time_is_up(pds):
    pds.next = [(503, b"")]
    asked = Asked(pds, left=0.01)

    assert asked() == Fault("http_503")
    assert len(pds.requests) == 1


@pytest.mark.parametrize(
    ("retry_after", "paused"),
    [
        ("3", 3),
        ("soon", 0.2),
        ("-1", 0.2),
    ],
)
def test_pds_is_left_alone_for_as_long_as_it_asks(pds, retry_after, paused):
    pds.next = [httpx.Response(503, headers={"Retry-After": retry_after})]
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)
    assert paused <= asked.pauses[0] <= LONGEST_WAIT


def test_pds_may_give_the_time_instead(pds):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=4))
    pds.next = [httpx.Response(503, headers={"Retry-After": at})]
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)
    assert 2 <= asked.pauses[0] <= 4


def test_a_long_wait_is_left_to_whoever_asked(pds):
    pds.next = [httpx.Response(503, headers={"Retry-After": "30"})]
    asked = Asked(pds)

    assert asked() == Fault("http_503", retry_after=30)
    assert asked.pauses == []


def test_too_many_requests_slows_every_worker(pds):
    pds.next = [BUSY, httpx.Response(429, headers={"Retry-After": "2"})]
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)
    assert asked.held == [1, 2]


@pytest.mark.parametrize(
    "dropped",
    [httpx.RemoteProtocolError("disconnected"), httpx.ReadError("reset")],
    ids=str,
)
def test_a_connection_closed_as_it_is_used_is_tried_at_once(pds, dropped):
    pds.next = [dropped]
    asked = Asked(pds)

    assert isinstance(asked(), OnePerson)
    assert asked.pauses == []
    assert (asked.tally.calls, asked.tally.failures_in_a_row) == (2, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_our_rights_is_not_tried_again(pds, status):
    pds.next = [(status, outcome("ACCESS_DENIED", issue="forbidden"))]

    assert Asked(pds)() == RefusesUs(status)
    assert len(pds.requests) == 1


def test_a_rejected_question_is_not_tried_again(pds):
    pds.next = [(400, outcome("INVALID_SEARCH_DATA"))]

    assert Asked(pds)(SEARCH) == Rejected("INVALID_SEARCH_DATA")
    assert len(pds.requests) == 1


def test_nothing_of_a_child_is_logged(pds, caplog):
    pds.next = [(500, b""), httpx.ReadTimeout("late"), bundle(patient())]

    with caplog.at_level("INFO"):
        Asked(pds)(SEARCH)

    assert "Ama" not in caplog.text
    assert "Neil" not in caplog.text


# --- When a request is written ---------------------------------------------------------


def test_requests_are_kept_apart_where_they_are_written_and_not_before():
    """A turn may be long ago when its connection has been opened."""
    happened = []

    class Limiter(Unlimited):
        keeps_apart = True

        async def turn(self):
            happened.append("turn")

        async def keep_apart(self):
            happened.append("keep apart")
            await opened.wait()
            happened.append("write")

        def written(self):
            happened.append("written")

    async def answer(reader, writer):
        opened.set()  # only a connection that is there can be waited for
        while (await reader.readline()).strip():
            pass
        happened.append("arrive")
        body = json.dumps(patient()).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async def ask():
        server = await asyncio.start_server(answer, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        client = Client(
            base_url=f"http://127.0.0.1:{port}", ods_code="R0001", limiter=Limiter()
        )
        async with server:
            reply = await client.attempt(READ, reference="row", tally=Tally())
            await client.close()
        return reply

    opened = asyncio.Event()

    assert isinstance(run(ask), OnePerson)
    assert happened[:3] == ["turn", "keep apart", "write"]
    assert sorted(happened[3:]) == ["arrive", "written"]
