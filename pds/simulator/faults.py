"""What goes wrong when a test asks for it: never by patient data.

A fault strikes the next so many calls, a share of calls (seeded, so that it is the
same share each time), or every call in a window of time.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class BadFault(Exception):
    """A fault that cannot be set. The message says why."""


class FaultKind(StrEnum):
    TIMED_OUT = "408"
    TOO_MANY_REQUESTS = "429"
    TOO_MANY_REQUESTS_RETRY_AFTER = "429_retry_after"
    UNAUTHORISED = "401"
    SERVER_ERROR = "500"
    BAD_GATEWAY_HTML = "502_html"
    UNAVAILABLE_SECONDS = "503_seconds"
    UNAVAILABLE_DATE = "503_date"
    GATEWAY_TIMED_OUT = "504"
    SLOW = "slow"
    DROPPED = "dropped"
    DROPPED_IN_BODY = "dropped_in_body"
    TRUNCATED = "truncated"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    UNKNOWN_FIELDS = "unknown_fields"
    UNKNOWN_ANSWER = "unknown_answer"


class Where(StrEnum):
    """What a fault strikes."""

    FHIR = "fhir"
    TOKEN = "token"  # noqa: S105 -- the token endpoint


# The others spoil an answer that was made as usual.
INSTEAD_OF_AN_ANSWER = frozenset(
    {
        FaultKind.TIMED_OUT,
        FaultKind.TOO_MANY_REQUESTS,
        FaultKind.TOO_MANY_REQUESTS_RETRY_AFTER,
        FaultKind.UNAUTHORISED,
        FaultKind.SERVER_ERROR,
        FaultKind.BAD_GATEWAY_HTML,
        FaultKind.UNAVAILABLE_SECONDS,
        FaultKind.UNAVAILABLE_DATE,
        FaultKind.GATEWAY_TIMED_OUT,
        FaultKind.DROPPED,
        FaultKind.UNKNOWN_ANSWER,
    }
)


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong, and when."""

    kind: FaultKind
    where: Where = Where.FHIR
    calls: int | None = None  # so many are left to strike; None: any number
    probability: float = 1.0
    first: float = 0.0  # of the clock; strikes from then
    last: float = float("inf")  # until then
    retry_after: int = 5  # seconds, for the kinds that say so
    seconds: float = 1.0  # how late a slow answer is
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    @property
    def replaces_answer(self) -> bool:
        return self.kind in INSTEAD_OF_AN_ANSWER

    def strikes(self, now: float) -> bool:
        """Decide whether it strikes this call, and count it if so."""
        if not self.first <= now < self.last or self.calls == 0:
            return False
        if self.probability < 1 and self.chance.random() >= self.probability:
            return False
        if self.calls is not None:
            self.calls -= 1
        return True


class Faults:
    """The faults that are set. The first that strikes a call is the only one."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._set: list[Fault] = []

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Set a fault: {"kind", and "calls" or "probability" and "seed" or "window"}.

        :param wanted: `window` is [seconds from now it begins, seconds it lasts];
            `retry_after`, `seconds` (of slowness) and `where` (fhir, which it is
            unless said otherwise, or token) may be given besides
        :raises BadFault: it says something else
        """
        known = {
            "kind", "calls", "probability", "seed", "window", "retry_after", "seconds",
            "where",
        }  # fmt: skip
        if unknown := sorted(wanted.keys() - known):
            raise BadFault(f"A fault has no {', '.join(unknown)}.")
        try:
            begins, lasts = wanted.get("window", (0, float("inf")))
            calls = wanted.get("calls")
            now = self._clock()
            fault = Fault(
                kind=FaultKind(wanted.get("kind", "")),
                where=Where(wanted.get("where", Where.FHIR)),
                calls=None if calls is None else int(calls),
                probability=float(wanted.get("probability", 1)),
                first=now + float(begins),
                last=now + float(begins) + float(lasts),
                retry_after=int(wanted.get("retry_after", 5)),
                seconds=float(wanted.get("seconds", 1)),
                chance=random.Random(int(wanted.get("seed", 0))),  # noqa: S311
            )
        except (TypeError, ValueError) as error:
            raise BadFault(f"A fault cannot be read: {error}") from error
        self._set.append(fault)

    def clear(self) -> None:
        self._set.clear()

    async def strike(self, where: Where) -> Fault | None:
        """Return the fault that strikes this call, if any does.

        One that makes the answer slow has been waited for.
        """
        if not self._set:
            return None
        now = self._clock()
        there = (fault for fault in self._set if fault.where is where)
        fault = next((fault for fault in there if fault.strikes(now)), None)
        if fault and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        return fault
