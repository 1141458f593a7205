"""Lookups that go on in an event loop while ordinary code prepares and stores others."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from datetime import datetime, timedelta

from anyio.from_thread import BlockingPortal
from django.conf import settings

from pds import health, sql
from pds.answer_box import AnswerBox
from pds.asking import Asking
from pds.lookups import Single, Tracings, Wanted
from pds.rules.questions import questions


class Underway:
    """People who are being asked about. A `Tracer` makes it, and ends it.

    :param kept_for: how old an answer may be that was heard before
    """

    def __init__(
        self,
        asking: Asking,
        over: Future[None],
        *,
        portal: BlockingPortal,
        box: AnswerBox,
        clock: Callable[[], datetime],
        kept_for: timedelta,
    ) -> None:
        self._asking = asking
        self._over = over
        self._portal = portal
        self._box = box
        self._clock = clock
        self._kept_for = kept_for

    def add(self, todo: Sequence[Wanted | Single]) -> None:
        """Have some people asked about after the others."""
        asked = [
            question
            for one in todo
            for question in (
                [one.question] if isinstance(one, Single) else questions(one.sought)
            )
        ]
        kept = sql.kept_answers(
            {self._box.key(question) for question in asked},
            now=self._clock(),
            kept_for=self._kept_for,
        )
        self._portal.call(self._asking.add, todo, kept)

    def add_no_more(self) -> None:
        """Have it be over when those who have been added are done."""
        self._portal.call(self._asking.add_no_more)

    def wants_more(self, *, seconds: float) -> bool:
        """Wait, at most so long, until half of those last added have been begun.

        Test if that is so. Returns at once when it is over.
        """
        return self._portal.call(self._asking.wants_more, seconds)

    @property
    def is_over(self) -> bool:
        return self._asking.is_over

    def news(self) -> Tracings:
        """Return what has come of it since last time: who is done, and requests.

        The answers are kept, and how PDS is is noted.
        """
        tracings, heard = self._portal.call(self._asking.news)
        sql.store_answers(
            ((key, self._box.seal(answer)) for key, answer in heard.items()),
            at=self._clock(),
        )
        health.note(
            redis_url=settings.REDIS_URL,
            calls=tracings.calls,
            answers=tracings.answers,
            faults=tracings.faults,
            is_out=tracings.is_out,
        )
        return tracings

    def rest(self) -> Tracings:
        """Wait until it is over, and return the last news, with who failed."""
        self._over.result()
        return self.news()

    def end(self) -> None:
        """Begin no further request, and wait for those that have been sent."""
        if not self._over.done():
            self._portal.call(self._asking.end)
        wait([self._over])
