"""Tracing: asking PDS for the NHS numbers of many people at once.

A `Tracer` asks from an event loop in a thread of its own, so that it can be used from
ordinary code wherever that runs. That loop never uses the database: people are looked
up in it before they are added, and what came of them is stored when others are already
asked about. Answers are kept for a day whether or not the lookup that wanted them came
to its end, so a lookup that is given up and begun again asks only what is new.
"""

import asyncio
import math
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self

import httpx
from anyio.from_thread import start_blocking_portal
from django.conf import settings

from pds import sql
from pds.answer_box import AnswerBox
from pds.asking import Asking
from pds.client import Client, Pause
from pds.limiter import Limiter, limiter
from pds.lookups import Single, Traced, Tracings, Wanted
from pds.rules.outcomes import TraceSource
from pds.token import Tokens, tokens
from pds.underway import Underway

# Requests in flight when nothing limits them; more gain nothing on one core.
MOST_IN_FLIGHT = 32


class Tracer:
    """Asks PDS on behalf of one organisation, over connections that stay open.

    :param yields: what it asks can wait: imports go first

    Use as a context manager. The optional arguments take the place of the settings,
    the network and the pauses between attempts in tests.
    """

    def __init__(
        self,
        *,
        ods_code: str,
        clock: Callable[[], datetime],
        yields: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._yields = yields
        self._ods_code = ods_code
        self._clock = clock
        self._transport = transport
        self._pause = pause
        self._box = AnswerBox(
            base_url=settings.PDS_BASE_URL,
            secret_key=settings.SECRET_KEY,
            fernet_keys=settings.FILE_KEYS,
        )
        self._clients: list[Client] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._portal = opening.enter_context(start_blocking_portal())
            opening.enter_context(
                self._portal.wrap_async_context_manager(self._connections())
            )
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, where)

    def _connections(self) -> AsyncExitStack:
        """Return what closes the limiter and the clients, which it also makes."""
        rate = settings.PDS_REQUESTS_PER_SECOND
        shared = limiter(
            requests_per_second=rate, redis_url=settings.REDIS_URL, yields=self._yields
        )
        token = tokens(
            settings.PDS_ACCESS,
            redis_url=settings.REDIS_URL,
            fernet_keys=settings.FILE_KEYS,
            transport=self._transport,
        )
        # Made once: it reads the certificates of the machine.
        tls = ssl.create_default_context()
        closing = AsyncExitStack()
        closing.push_async_callback(shared.close)
        closing.push_async_callback(token.close)
        # What can wait takes fewer moments ahead of an import that comes.
        for _slot in range(_slots(rate, seconds=1 if self._yields else 2)):
            client = self._client(shared, token, tls)
            closing.push_async_callback(client.close)
            self._clients.append(client)
        return closing

    def _client(self, shared: Limiter, token: Tokens, tls: ssl.SSLContext) -> Client:
        return Client(
            base_url=settings.PDS_BASE_URL,
            ods_code=self._ods_code,
            limiter=shared,
            tokens=token,
            tls=tls,
            transport=self._transport,
            pause=self._pause,
        )

    @contextmanager
    def underway(
        self,
        *,
        until: float,
        kept_for: timedelta = sql.ANSWERS_ARE_KEPT,
        probe_first: bool = False,
    ) -> Iterator[Underway]:
        """Ask about people who are added meanwhile, until a time by time.monotonic().

        Requests that have been sent when the time is up, or the block ends, are waited
        for; lookups that need another are left. A transaction in the block holds up
        nobody but itself; none may wait for what is asked.

        :param kept_for: how old an answer may be that was heard before
        :param probe_first: PDS was out: ask it one thing, and no more if it still is
        """
        asking = Asking(
            clients=self._clients, box=self._box, clock=self._clock, until=until
        )
        over = self._portal.start_task_soon(
            partial(asking.ask, probe_first=probe_first)
        )
        lookups = Underway(
            asking,
            over,
            portal=self._portal,
            box=self._box,
            clock=self._clock,
            kept_for=kept_for,
        )
        try:
            yield lookups
        finally:
            lookups.end()
        over.result()  # raises what has gone wrong in it, if the block has not

    def trace(
        self, wanted: Sequence[Wanted], *, until: float, probe_first: bool = False
    ) -> Tracings:
        """Trace people, in order, as `underway` does, and wait for what comes of it.

        Call it outside a transaction.
        """
        return self._all(wanted, until=until, probe_first=probe_first and bool(wanted))

    def ask(
        self,
        singles: Sequence[Single],
        *,
        until: float,
        kept_for: timedelta = sql.ANSWERS_ARE_KEPT,
        probe_first: bool = False,
    ) -> Tracings:
        """Ask single questions, in order, as `underway` does, and wait for the answers.

        Call it outside a transaction.
        """
        return self._all(
            singles, until=until, kept_for=kept_for, probe_first=probe_first
        )

    def _all(
        self,
        todo: Sequence[Wanted | Single],
        *,
        until: float,
        kept_for: timedelta = sql.ANSWERS_ARE_KEPT,
        probe_first: bool,
    ) -> Tracings:
        with self.underway(
            until=until, kept_for=kept_for, probe_first=probe_first
        ) as lookups:
            lookups.add(todo)
            lookups.add_no_more()
            return lookups.rest()


def _slots(requests_per_second: float, *, seconds: float) -> int:
    """Return how many connections a rate can keep busy, if answers take so long."""
    if requests_per_second <= 0:
        return MOST_IN_FLIGHT
    return min(MOST_IN_FLIGHT, max(2, math.ceil(requests_per_second * seconds)))


def store_traces(
    traces: Iterable[Traced],
    *,
    at: datetime,
    source: TraceSource = TraceSource.IMPORT,
) -> list[int]:
    """Store lookups that are over, with their steps, and return the id of each."""
    return sql.copy_traces(
        [
            sql.TraceRecord(
                at=at,
                source=source,
                nhs_number_uploaded=traced.sought.nhs_number,
                uploaded_number=traced.verdict.uploaded_number,
                outcome=traced.verdict.outcome,
                nhs_number=traced.verdict.nhs_number,
                steps=traced.steps,
            )
            for traced in traces
        ]
    )
