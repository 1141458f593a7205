"""PDS over HTTP: one question, one reply, however many attempts that takes.

Each `Client` has one connection of its own, since a pool shared by many requests gets
slower the more of them there are, and no httpx client around it: PDS sets no cookies and
sends nobody elsewhere, and looking for that takes a fifth of the time of a request.
Nothing of a question is ever logged.
"""

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from uuid import uuid4

import httpx

from pds.limiter import Limiter
from pds.lookups import Tracings
from pds.rules.answers import Fault, RefusesUs, Reply
from pds.rules.fhir import read_reply, search_reply
from pds.rules.questions import Question, Read
from pds.token import Anonymous, NoToken, Token, Tokens

ATTEMPTS = 4
# Seconds before the second attempt; each one after that waits twice as long.
FIRST_BACK_OFF = 0.5
# Longer than PDS asks us to wait while others could be asked: the row comes later.
LONGEST_WAIT = 5.0
LONGEST_ATTEMPT = 15.0
TIMEOUT = httpx.Timeout(10, connect=5)

Pause = Callable[[float], Awaitable[None]]


@dataclass
class Tally:
    """What came of requests, by whatever client: an outage shows in it.

    `failures_in_a_row` are those since PDS last gave an answer of any use. `faults`
    are counted by kind.
    """

    calls: int = 0
    answers: int = 0
    failures_in_a_row: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def count(self, reply: Reply) -> None:
        if isinstance(reply, Fault | RefusesUs):
            self.failures_in_a_row += 1
            self.faults[reply.kind] += 1
        else:
            self.answers += 1
            self.failures_in_a_row = 0

    def tell(self, tracings: Tracings) -> None:
        """Note what has been counted since it was last told."""
        tracings.calls, self.calls = self.calls, 0
        tracings.answers, self.answers = self.answers, 0
        tracings.faults, self.faults = self.faults, Counter()


class Client:
    """One connection to PDS, for one request at a time.

    :param tokens: where each request has its token from
    :param base_url: where `/Patient` is found, without a slash at the end
    :param ods_code: the organisation on whose behalf we ask
    :param transport: instead of the network, in tests
    """

    def __init__(
        self,
        *,
        base_url: str,
        ods_code: str,
        limiter: Limiter,
        tokens: Tokens | None = None,
        tls: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._patients = f"{base_url}/Patient"
        self._limiter = limiter
        self._tokens: Tokens = tokens or Anonymous()
        self._pause = pause
        self._headers = {
            "Accept": "application/fhir+json",
            "Accept-Encoding": "gzip",
            "NHSD-End-User-Organisation-ODS": ods_code,
        }
        self._extensions: dict[str, object] = {"timeout": TIMEOUT.as_dict()}
        if limiter.keeps_apart:
            self._extensions["trace"] = self._keep_apart
        self._transport = transport or httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=1),
            verify=tls,
            # Only PDS itself is spoken to, and not by way of what a shell has set.
            trust_env=False,
        )

    async def ask(
        self, question: Question, *, reference: str, until: float, tally: Tally
    ) -> Reply:
        """Ask PDS, again if need be.

        :param reference: ties together the requests about one row; no full stops
        :param until: by time.monotonic(), when no further attempt is to begin

        :raises LimiterLost: nobody knows when PDS may be asked
        """
        # PDS tells a repeated request by this id, so each attempt has the same.
        request_id = str(uuid4())
        for attempt in range(1, ATTEMPTS + 1):
            reply = await self._attempt(question, request_id, reference, tally)
            tally.count(reply)
            if not isinstance(reply, Fault):
                return reply
            wait = _back_off(attempt, reply)
            if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                return reply
            if time.monotonic() + wait >= until:
                return reply
            await self._pause(wait)
        raise AssertionError("the last attempt returns")

    async def attempt(
        self, question: Question, *, reference: str, tally: Tally
    ) -> Reply:
        """Ask PDS once. The call is counted, what comes of it is not."""
        return await self._attempt(question, str(uuid4()), reference, tally)

    async def _attempt(
        self, question: Question, request_id: str, reference: str, tally: Tally
    ) -> Reply:
        headers = {"X-Request-ID": request_id, "X-Correlation-ID": reference}
        try:
            response = await self._authorised(self._url(question), headers, tally)
        except NoToken as none:
            status = none.refused_status
            return RefusesUs(status) if status else Fault("no_token")
        except (httpx.HTTPError, TimeoutError) as error:
            return Fault(type(error).__name__)
        understood = read_reply if isinstance(question, Read) else search_reply
        reply = understood(response.status_code, response.content)
        if not isinstance(reply, Fault):
            return reply
        retry_after = _retry_after(response.headers, datetime.now(UTC))
        if response.status_code == 429:
            await self._limiter.hold(min(retry_after or 1, 60))
        return Fault(reply.kind, retry_after)

    async def _authorised(
        self, url: str, headers: dict[str, str], tally: Tally
    ) -> httpx.Response:
        """Send a request with our token, and with a new one if that is rejected."""
        token = await self._tokens.current()
        response = await self._sent(url, _with(token, headers), tally)
        if response.status_code == 401 and token:
            another = await self._tokens.renewed(token)
            return await self._sent(url, _with(another, headers), tally)
        return response

    async def _sent(
        self, url: str, headers: dict[str, str], tally: Tally
    ) -> httpx.Response:
        try:
            return await self._send(url, headers, tally)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # An idle connection may be closed just as we use it. Not so a
            # second time in a row: that one is new.
            return await self._send(url, headers, tally)

    async def _send(
        self, url: str, headers: dict[str, str], tally: Tally
    ) -> httpx.Response:
        await self._limiter.turn()
        tally.calls += 1
        request = httpx.Request(
            "GET", url, headers=self._headers | headers, extensions=self._extensions
        )
        # httpx's own time-outs start anew with each piece of an answer.
        async with asyncio.timeout(LONGEST_ATTEMPT):
            response = await self._transport.handle_async_request(request)
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response

    async def _keep_apart(self, event: str, _about: Mapping[str, object]) -> None:
        """Wait, when all is ready for a request to be written, until it may be."""
        if event == "http11.send_request_headers.started":
            await self._limiter.keep_apart()
        elif event == "http11.send_request_headers.complete":
            # The whole process may have been held up in between.
            self._limiter.written()

    def _url(self, question: Question) -> str:
        if isinstance(question, Read):
            return f"{self._patients}/{question.nhs_number}"
        # Encoded here, since httpx leaves the * of a wildcard as it is.
        parameters = "&".join(
            f"{name}={quote(value, safe='')}" for name, value in question.parameters
        )
        return f"{self._patients}?{parameters}"

    async def close(self) -> None:
        await self._transport.aclose()


def _with(token: Token | None, headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Authorization": f"Bearer {token.value}"} if token else headers


def _back_off(attempt: int, fault: Fault) -> float:
    """Return the seconds to wait after an attempt: about twice as long each time."""
    wait = FIRST_BACK_OFF * 2 ** (attempt - 1)
    # Not all at once again, those that failed at once.
    jittered: float = wait * random.uniform(0.5, 1)  # noqa: S311 -- not a secret
    return max(jittered, fault.retry_after or 0)


def _retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Return the seconds of a Retry-After, which holds seconds or a date, if any."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
