"""Many lookups at once: who is asked about next, and what came of it.

Knows nothing of the database: it is told which answers are kept, and says which new
ones it heard. All of it runs in one event loop.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from mavis import stopping
from pds.answer_box import AnswerBox
from pds.client import Client, Tally
from pds.limiter import ImportsFirst, LimiterLost
from pds.lookups import Single, Traced, Tracings, Wanted
from pds.rules.answers import Answer, Fault, Nobody, OnePerson, RefusesUs, Rejected
from pds.rules.cascade import (
    Asked,
    Result,
    Step,
    gave_up,
    judged,
    next_step,
)
from pds.rules.questions import (
    PROBE_READ,
    PROBE_SEARCH,
    Question,
    Read,
    question,
)

log = structlog.get_logger()

# This many failures in a row, whoever they are about, look like an outage.
FAILURES_OF_AN_OUTAGE = 10
# For so long a question that meets faults is asked again before another is.
ASKED_AGAIN_FOR_SECONDS = 5.0
# When we are to end, what has been asked is waited for so long.
LAST_ANSWERS_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.2
# Says nothing of a person: we ask too much, whoever we ask about.
TOO_MANY_REQUESTS = "http_429"


class Asking:
    """Asking PDS about people, over clients that are there; more of them may be added.

    :param until: by time.monotonic(), when no further request is to be begun
    """

    def __init__(
        self,
        *,
        clients: Sequence[Client],
        box: AnswerBox,
        clock: Callable[[], datetime],
        until: float,
    ) -> None:
        self._clients = clients
        self._box = box
        self._clock = clock
        self._until = until
        # None is the end: who finds it leaves it there for the others.
        self._waiting: asyncio.Queue[Wanted | Single | None] = asyncio.Queue()
        self._few = 0
        # For whoever adds: few are left to begin, or it is over.
        self._wake = asyncio.Event()
        self._wake.set()
        self._kept: dict[bytes, bytes] = {}
        self._heard: dict[bytes, Answer] = {}
        self._not_told: dict[bytes, Answer] = {}
        self._tracings = Tracings()
        self._tally = Tally()
        self._asked_now: dict[bytes, asyncio.Event] = {}
        self._probe: Question = PROBE_READ
        self._may_ask = True
        self.is_over = False

    def add(self, todo: Sequence[Wanted | Single], kept: Mapping[bytes, bytes]) -> None:
        """Have some people asked about after the others.

        :param kept: encrypted answers of the last day, by the key of their question
        """
        self._kept |= kept
        self._few = len(todo) // 2
        if todo:
            self._wake.clear()
        for one in todo:
            self._waiting.put_nowait(one)

    def add_no_more(self) -> None:
        """Have the asking end with those who have been added."""
        self._few = 0
        self._wake.clear()
        self._waiting.put_nowait(None)

    def end(self) -> None:
        """Begin no further request."""
        self._until = -math.inf
        self._waiting.put_nowait(None)

    async def wants_more(self, seconds: float) -> bool:
        """Test if half of those last added have been begun, now or by so many seconds.

        Returns at once when the asking is over. It wants nobody then, nor when no more
        will be added.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        return self._wake.is_set() and not self.is_over

    def news(self) -> tuple[Tracings, dict[bytes, Answer]]:
        """Return what came of it since last time, with new answers by their keys.

        Who failed is told only when it is over, for PDS may turn out to be out.
        """
        news = self._tracings
        if self.is_over:
            self._tracings = Tracings()
        else:
            news = Tracings(finished=news.finished)
            self._tracings.finished = []
        self._tally.tell(news)
        heard, self._not_told = self._not_told, {}
        return news, heard

    async def ask(self, *, probe_first: bool = False) -> None:
        """Ask until all who are added are done, and no more will be, or time is up.

        :param probe_first: PDS was out: ask it one thing, and no more if it still is
        """
        try:
            if probe_first and not await self._answers_a_probe():
                self._stop()
            await self._ask_all()
            await self._see_if_it_is_out()
        finally:
            self.is_over = True
            self._wake.set()

    async def _ask_all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            working = [
                tasks.create_task(self._work(client)) for client in self._clients
            ]
            leaving = tasks.create_task(_leave_when_stopping(working))
            await asyncio.wait(working)
            leaving.cancel()

    async def _see_if_it_is_out(self) -> None:
        if stopping.is_asked():
            # There is no time to find out if it was PDS or what it was asked about.
            self._tracings.forget_failures()
        elif self._looks_like_an_outage() and not await self._answers_a_probe():
            self._stop()
        if self._tracings.is_out:
            self._tracings.forget_failures()
            log.warning("pds.is_out", failures_in_a_row=self._tally.failures_in_a_row)

    async def _work(self, client: Client) -> None:
        """Do whatever is next, until there is nothing left or time is up."""
        while (one := await self._next()) is not None:
            try:
                if isinstance(one, Single):
                    await self._ask_single(client, one)
                else:
                    await self._trace(client, one)
            except LimiterLost:
                self._stop()
                log.warning("pds.limiter_lost")
            except ImportsFirst:
                self._may_ask = False
                self._tracings.makes_way = True

    async def _next(self) -> Wanted | Single | None:
        one = None if self._time_is_up() else await self._waiting.get()
        if one is None or self._time_is_up():
            self._waiting.put_nowait(None)
            return None
        if self._waiting.qsize() <= self._few:
            self._wake.set()
        return one

    async def _ask_single(self, client: Client, single: Single) -> None:
        reply = await self._reply(client, single.question, single.reference)
        if isinstance(reply, Fault) and reply.kind == TOO_MANY_REQUESTS:
            return
        if reply is not None:
            self._tracings.replies[single.key] = reply

    async def _trace(self, client: Client, person: Wanted) -> None:
        sought = person.sought
        steps: tuple[Asked, ...] = ()
        while isinstance(step := next_step(sought, steps), Step):
            asking = question(step, sought)
            if asking is None:
                steps += (Asked(step, Result.SKIPPED, self._clock()),)
                continue
            reply = await self._reply(client, asking, person.reference)
            if reply is None:
                return
            if isinstance(reply, Fault):
                if reply.kind == TOO_MANY_REQUESTS:
                    self._tracings.put_off.append(person.key)
                    return
                steps, verdict = gave_up(sought, steps, step, self._clock())
                self._tracings.failed.append(
                    Traced(person.key, sought, verdict, steps, is_given_up=True)
                )
                return
            steps += (judged(sought, steps, step, reply, self._clock()),)
        self._tracings.finished.append(Traced(person.key, sought, step, steps))

    async def _reply(
        self, client: Client, asking: Question, reference: str
    ) -> Answer | Rejected | Fault | None:
        """Return a kept answer or a new one, or None if PDS may not be asked now."""
        key = self._box.key(asking)
        while True:
            if (known := self._known_answer(key)) is not None:
                return known
            if self._time_is_up():
                return None
            if (same := self._asked_now.get(key)) is None:
                break
            # Another lookup has just sent this very question.
            await same.wait()
        answered = self._asked_now[key] = asyncio.Event()
        try:
            reply = await client.ask(
                asking,
                reference=reference,
                until=min(self._until, time.monotonic() + ASKED_AGAIN_FOR_SECONDS),
                tally=self._tally,
            )
        finally:
            del self._asked_now[key]
            answered.set()
        match reply:
            case OnePerson() | Nobody():
                self._heard[key] = self._not_told[key] = reply
            case Rejected(code):
                log.error("pds.rejected", code=code, reference=reference)
            case RefusesUs(status):
                self._note_refusal(status)
                return None
            case Fault():
                self._note_fault(asking, reply)
        return reply

    def _known_answer(self, key: bytes) -> Answer | None:
        if key in self._heard:
            return self._heard[key]
        return self._box.open(self._kept[key]) if key in self._kept else None

    def _note_fault(self, asking: Question, fault: Fault) -> None:
        waits = self._tracings.retry_after, fault.retry_after or 0
        self._tracings.retry_after = max(waits)
        self._probe = PROBE_READ if isinstance(asking, Read) else PROBE_SEARCH
        if self._tally.failures_in_a_row >= FAILURES_OF_AN_OUTAGE:
            self._may_ask = False

    def _note_refusal(self, status: int) -> None:
        self._tracings.refused_status = status
        self._stop()
        log.error("pds.refuses_us", status=status)

    def _stop(self) -> None:
        """Ask nothing more: nobody's questions can be answered now."""
        self._may_ask = False
        self._tracings.is_out = True

    def _time_is_up(self) -> bool:
        return (
            stopping.is_asked() or not self._may_ask or time.monotonic() >= self._until
        )

    def _looks_like_an_outage(self) -> bool:
        only_failures = self._tally.failures_in_a_row > 0 and not self._tally.answers
        return not (self._tracings.is_out or self._tracings.makes_way) and (
            only_failures or not self._may_ask
        )

    async def _answers_a_probe(self) -> bool:
        try:
            reply = await self._clients[0].attempt(
                self._probe, reference="probe", tally=self._tally
            )
        except (LimiterLost, ImportsFirst):
            return False
        if isinstance(reply, RefusesUs):
            self._note_refusal(reply.status)
        return not isinstance(reply, Fault | RefusesUs)


async def _leave_when_stopping(working: Sequence[asyncio.Task[None]]) -> None:
    """Give up what is being asked some seconds after we were asked to end."""
    while not stopping.is_asked():
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await asyncio.sleep(LAST_ANSWERS_SECONDS)
    for task in working:
        task.cancel()
