"""The token of all workers: fetched once, shared, renewed, refused — by the simulator."""

import asyncio
import json
import time
from datetime import UTC, datetime

import httpx
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric import rsa

from mavis.pds_access import Access
from pds.client import Client, Tally
from pds.limiter import Unlimited
from pds.rules.answers import Fault, OnePerson, RefusesUs
from pds.rules.questions import Read
from pds.simulator.app import Simulator, make_app
from pds.simulator.applications import Application
from pds.simulator.faults import FaultKind, Where
from pds.simulator.journal import Journal
from pds.simulator.named import NAMED
from pds.simulator.search import Population
from pds.token import EARLY, NoToken, SharedTokens, key_of
from tests.pds.scripted import at_once, run

API_KEY, KEY_ID = "an-api-key", "test-1"
TOKEN_URL = "http://pds/oauth2/token"
KNOWN = Read(NAMED[0].nhs_number)


@pytest.fixture(scope="module")
def private_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def access(private_key):
    return Access(API_KEY, KEY_ID, TOKEN_URL, private_key)


@pytest.fixture(autouse=True)
def nothing_shared_yet(settings, access):
    def forget():
        with redis.Redis.from_url(settings.REDIS_URL) as valkey:
            valkey.delete(key_of(access), f"{key_of(access)}:fetching")

    forget()
    yield
    forget()


class Clock:
    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


class World:
    """A simulator that wants a token, and workers that ask it."""

    def __init__(self, settings, access, public_key):
        self.settings, self.access = settings, access
        self.clock = Clock()
        self.simulator = Simulator(
            Population(NAMED),
            applications=[Application(API_KEY, {KEY_ID: public_key})],
            journal=Journal(),
            now=lambda: datetime.fromtimestamp(self.clock(), UTC),
        )
        self.transport = httpx.ASGITransport(make_app(self.simulator))

    def tokens(self, **changed):
        options = {
            "redis_url": self.settings.REDIS_URL,
            "fernet_keys": self.settings.FILE_KEYS,
            "transport": self.transport,
            "now": self.clock,
            **changed,
        }
        return SharedTokens(options.pop("access", self.access), **options)

    async def ask(self, tokens, times=1):
        client = Client(
            base_url="http://pds/personal-demographics/FHIR/R4",
            ods_code="R0001",
            limiter=Unlimited(),
            tokens=tokens,
            transport=self.transport,
            pause=at_once,
        )
        asked = [
            await client.ask(
                KNOWN, reference="row-1", until=time.monotonic() + 60, tally=Tally()
            )
            for _ in range(times)
        ]
        await client.close()
        return asked

    @property
    def fetched(self):
        return [one["status"] for one in self.journal if one["path"] == "/oauth2/token"]

    @property
    def reads(self):
        return [one for one in self.journal if one["path"].startswith("/Patient")]

    @property
    def journal(self):
        return self.simulator.journal.entries()

    def strike(self, kind, where, **when):
        self.simulator.faults.set({"kind": kind, "where": where, **when})


@pytest.fixture
def pds(settings, access, private_key):
    return World(settings, access, private_key.public_key())


def test_one_token_serves_every_worker(pds):
    async def ask():
        workers = [pds.tokens() for _ in range(4)]
        replies = await asyncio.gather(*(pds.ask(worker, 3) for worker in workers))
        for worker in workers:
            await worker.close()
        return replies

    replies = run(ask)

    assert all(isinstance(one, OnePerson) for worker in replies for one in worker)
    assert pds.fetched == [200]


def test_what_is_shared_is_encrypted_and_ends_with_the_token(pds, access, settings):
    async def fetch():
        tokens = pds.tokens()
        token = await tokens.current()
        await tokens.close()
        return token

    token = run(fetch)

    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        shared = b"".join(valkey.hgetall(key_of(access)).values())
        assert token.value.encode() not in shared
        assert 590 < valkey.ttl(key_of(access)) <= 600
    assert token.value not in repr(token)
    assert "PrivateKey" not in repr(access)


def test_a_token_is_renewed_a_minute_before_its_end(pds):
    async def ask():
        tokens = pds.tokens()
        values = []
        for seconds in (0, 599 - EARLY - 5, 599 - EARLY + 5):
            pds.clock.ahead = seconds
            values.append((await tokens.current()).value)
        await tokens.close()
        return values

    first, before, after = run(ask)

    assert first == before != after
    assert pds.fetched == [200, 200]


def test_a_token_that_cannot_be_renewed_early_is_used_to_its_end(pds):
    async def ask():
        tokens = pds.tokens()
        first = await tokens.current()
        pds.strike(FaultKind.UNAVAILABLE_SECONDS, Where.TOKEN)
        pds.clock.ahead = 599 - EARLY + 5
        still = await tokens.current()
        pds.clock.ahead = 599
        with pytest.raises(NoToken) as none:
            await tokens.current()
        await tokens.close()
        return first == still, none.value.refused_status

    assert run(ask) == (True, None)


def test_a_token_that_pds_rejects_is_renewed_once_for_all_workers(pds):
    async def ask():
        workers = [pds.tokens() for _ in range(3)]
        for worker in workers:
            await worker.current()
        pds.simulator.tokens.forget()
        replies = await asyncio.gather(*(pds.ask(worker) for worker in workers))
        for worker in workers:
            await worker.close()
        return replies

    replies = run(ask)

    assert all(isinstance(one, OnePerson) for (one,) in replies)
    assert pds.fetched == [200, 200]
    # The request that was rejected is sent again by the same id.
    sent = [one["request_id"] for one in pds.reads]
    assert (len(sent), len(set(sent))) == (6, 3)


def test_after_one_renewal_a_401_is_the_end(pds):
    async def ask():
        tokens = pds.tokens()
        await tokens.current()
        pds.strike(FaultKind.UNAUTHORISED, Where.FHIR, calls=2)
        (reply,) = await pds.ask(tokens)
        await tokens.close()
        return reply

    assert run(ask) == RefusesUs(401)
    assert pds.fetched == [200, 200]
    assert len(pds.reads) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"key_id": "another"}, 401, id="unknown key"),
        pytest.param({"api_key": "another"}, 401, id="unknown application"),
        pytest.param({"token_url": "http://pds:80/oauth2/token"}, 401, id="audience"),
    ],
)
def test_a_refusal_of_the_token_stops_all_asking(pds, private_key, changed, status):
    wrong = Access(
        **{
            "api_key": API_KEY,
            "key_id": KEY_ID,
            "token_url": TOKEN_URL,
            "private_key": private_key,
            **changed,
        }
    )

    async def ask():
        tokens = pds.tokens(access=wrong)
        replies = await pds.ask(tokens, 3)
        await tokens.close()
        return replies

    assert run(ask) == [RefusesUs(status)] * 3
    assert pds.reads == []
    assert len(pds.fetched) == 1, "it is left alone for a while"


def test_a_token_service_that_does_not_answer_is_a_fault_of_nobodys_row(pds):
    pds.strike(FaultKind.SERVER_ERROR, Where.TOKEN, calls=100)

    async def ask():
        tokens = pds.tokens()
        (reply,) = await pds.ask(tokens)
        await tokens.close()
        return reply

    assert run(ask) == Fault("no_token")
    assert pds.reads == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        json.dumps({"access_token": "a", "expires_in": "soon"}).encode(),
        json.dumps({"access_token": None, "expires_in": "599"}).encode(),
        json.dumps({"access_token": "a", "expires_in": "-1"}).encode(),
        json.dumps({"access_token": "é\n", "expires_in": "599"}).encode(),
    ],
    ids=str,
)
def test_an_answer_without_a_token_is_none(pds, body):
    async def ask():
        tokens = pds.tokens(
            transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
        )
        try:
            with pytest.raises(NoToken):
                await tokens.current()
        finally:
            await tokens.close()

    run(ask)


def test_a_key_of_ours_that_is_gone_costs_one_more_token(pds, settings):
    async def ask():
        first = pds.tokens()
        await first.current()
        await first.close()
        another = pds.tokens(
            fernet_keys=["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
        )
        await another.current()
        await another.close()

    run(ask)

    assert pds.fetched == [200, 200]


def test_without_valkey_there_is_no_token(pds):
    async def ask():
        tokens = pds.tokens(redis_url="redis://127.0.0.1:1/0")
        try:
            with pytest.raises(NoToken):
                await tokens.current()
        finally:
            await tokens.close()

    run(ask)
    assert pds.fetched == []


def test_a_clock_that_is_wrong_is_said(pds, caplog, capsys):
    async def ask():
        answer = httpx.Response(
            200,
            json={"access_token": "a", "expires_in": "599"},
            headers={"Date": "Tue, 24 Nov 2026 09:00:00 GMT"},
        )
        tokens = pds.tokens(
            transport=httpx.MockTransport(lambda _: answer),
            now=lambda: 1795510740.0,  # 20 hours and a minute before
        )
        await tokens.current()
        await tokens.close()

    run(ask)
    assert "pds.clock_is_wrong" in caplog.text + capsys.readouterr().out


def test_neither_token_nor_assertion_is_logged(pds, caplog, capsys):
    async def ask():
        tokens = pds.tokens()
        token = await tokens.current()
        await pds.ask(tokens)
        await tokens.close()
        return token

    with caplog.at_level("DEBUG"):
        token = run(ask)

    logged = caplog.text + "".join(capsys.readouterr())
    assert token.value not in logged
    assert "eyJ" not in logged
