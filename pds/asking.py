"""Many lookups at once: who is asked about next, and what came of it.

Knows nothing of the database: it is told which answers are kept, and says which new
ones it heard.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

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
from pds.rules.questions import Question, Read, Search, question

log = structlog.get_logger()

Todo = TypeVar("Todo")

# This many failures in a row, whoever they are about, look like an outage.
FAILURES_OF_AN_OUTAGE = 10
# When we are to end, what has been asked is waited for so long.
LAST_ANSWERS_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.2
# Says nothing of a person: we ask too much, whoever we ask about.
TOO_MANY_REQUESTS = "http_429"
# Asked about nobody when requests only fail, to tell an outage from a person whose
# record PDS cannot give: a number and a name that are never issued.
PROBE_READ = Read("9990000018")
PROBE_SEARCH = Search(
    (
        ("family", "Nobody"),
        ("given", "Nobody"),
        ("birthdate", "eq1900-01-01"),
        ("_max-results", "1"),
    )
)


class Asking:
    """One round of asking PDS about some people, over clients that are there.

    :param kept: encrypted answers of the last day, by the key of their question
    :param until: by time.monotonic(), when no further request is to be begun
    """

    def __init__(
        self,
        *,
        clients: Sequence[Client],
        box: AnswerBox,
        kept: Mapping[bytes, bytes],
        clock: Callable[[], datetime],
        until: float,
    ) -> None:
        self.tracings = Tracings()
        # New answers, by the key of their question.
        self.heard: dict[bytes, Answer] = {}
        self._clients = clients
        self._tally = Tally()
        self._box = box
        self._kept = kept
        self._clock = clock
        self._until = until
        self._asked_now: dict[bytes, asyncio.Event] = {}
        self._probe: Question = PROBE_READ
        self._may_ask = True

    async def ask_about(
        self, wanted: Sequence[Wanted], *, probe_first: bool = False
    ) -> None:
        """Fill `tracings` and `heard`.

        :param probe_first: PDS was out: ask it one thing, and no more if it still is
        """
        await self._ask(wanted, self._trace, probe_first=probe_first)

    async def ask_each(
        self, singles: Sequence[Single], *, probe_first: bool = False
    ) -> None:
        """Fill `tracings.replies` and `heard`.

        :param probe_first: PDS was out: ask it one thing, and no more if it still is
        """
        await self._ask(singles, self._ask_single, probe_first=probe_first)

    async def _ask(
        self,
        todo: Sequence[Todo],
        work: Callable[[Client, Todo], Awaitable[None]],
        *,
        probe_first: bool,
    ) -> None:
        if probe_first and not await self._answers_a_probe():
            self._stop()
        waiting = iter(todo)
        async with asyncio.TaskGroup() as tasks:
            working = [
                tasks.create_task(self._work(client, waiting, work))
                for client in self._clients
            ]
            leaving = tasks.create_task(_leave_when_stopping(working))
            await asyncio.wait(working)
            leaving.cancel()
        if stopping.is_asked():
            # There is no time to find out if it was PDS or what it was asked about.
            self.tracings.forget_failures()
        elif self._looks_like_an_outage() and not await self._answers_a_probe():
            self._stop()
        if self.tracings.is_out:
            self.tracings.forget_failures()
            log.warning("pds.is_out", failures_in_a_row=self._tally.failures_in_a_row)
        self.tracings.calls = self._tally.calls
        self.tracings.answers = self._tally.answers
        self.tracings.faults = self._tally.faults

    async def _work(
        self,
        client: Client,
        waiting: Iterator[Todo],
        work: Callable[[Client, Todo], Awaitable[None]],
    ) -> None:
        """Do whatever is next, until there is nothing left or time is up."""
        for one in waiting:
            if self._is_over():
                return
            try:
                await work(client, one)
            except LimiterLost:
                self._stop()
                log.warning("pds.limiter_lost")
            except ImportsFirst:
                self._may_ask = False
                self.tracings.makes_way = True

    async def _ask_single(self, client: Client, single: Single) -> None:
        reply = await self._reply(client, single.question, single.reference)
        if isinstance(reply, Fault) and reply.kind == TOO_MANY_REQUESTS:
            return
        if reply is not None:
            self.tracings.replies[single.key] = reply

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
                    self.tracings.put_off.append(person.key)
                    return
                steps, verdict = gave_up(sought, steps, step, self._clock())
                self.tracings.failed.append(
                    Traced(person.key, sought, verdict, steps, is_given_up=True)
                )
                return
            steps += (judged(sought, steps, step, reply, self._clock()),)
        self.tracings.finished.append(Traced(person.key, sought, step, steps))

    async def _reply(
        self, client: Client, asking: Question, reference: str
    ) -> Answer | Rejected | Fault | None:
        """Return a kept answer or a new one, or None if PDS may not be asked now."""
        key = self._box.key(asking)
        while True:
            if (known := self._known_answer(key)) is not None:
                return known
            if self._is_over():
                return None
            if (same := self._asked_now.get(key)) is None:
                break
            # Another lookup has just sent this very question.
            await same.wait()
        answered = self._asked_now[key] = asyncio.Event()
        try:
            reply = await client.ask(
                asking, reference=reference, until=self._until, tally=self._tally
            )
        finally:
            del self._asked_now[key]
            answered.set()
        match reply:
            case OnePerson() | Nobody():
                self.heard[key] = reply
            case Rejected(code):
                log.error("pds.rejected", code=code, reference=reference)
            case RefusesUs(status):
                self._note_refusal(status)
                return None
            case Fault():
                self._note_fault(asking, reply)
        return reply

    def _known_answer(self, key: bytes) -> Answer | None:
        if key in self.heard:
            return self.heard[key]
        return self._box.open(self._kept[key]) if key in self._kept else None

    def _note_fault(self, asking: Question, fault: Fault) -> None:
        waits = self.tracings.retry_after, fault.retry_after or 0
        self.tracings.retry_after = max(waits)
        self._probe = PROBE_READ if isinstance(asking, Read) else PROBE_SEARCH
        if self._tally.failures_in_a_row >= FAILURES_OF_AN_OUTAGE:
            self._may_ask = False

    def _note_refusal(self, status: int) -> None:
        self.tracings.refused_status = status
        self._stop()
        log.error("pds.refuses_us", status=status)

    def _stop(self) -> None:
        """Ask nothing more: nobody's questions can be answered now."""
        self._may_ask = False
        self.tracings.is_out = True

    def _is_over(self) -> bool:
        return (
            stopping.is_asked() or not self._may_ask or time.monotonic() >= self._until
        )

    def _looks_like_an_outage(self) -> bool:
        only_failures = self._tally.failures_in_a_row > 0 and not self._tally.answers
        return not (self.tracings.is_out or self.tracings.makes_way) and (
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
