"""The order in which PDS is asked about a child, and what each answer leads to.

First the number of the file is read, if there is one; then each search loosens one
detail (spec section 6). Nothing here knows of HTTP: `next_step` is told what has been
asked and answered so far, and says what to ask next or how the lookup ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pds.rules import agreement
from pds.rules.answers import Answer, Nobody, OnePerson, Person, Rejected
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.rules.sought import Sought


class Step(StrEnum):
    VERIFY = "verify"
    EXACT = "exact"
    EXACT_WITHOUT_HISTORY = "exact_without_history"
    WILDCARD_POSTCODE = "wildcard_postcode"
    WILDCARD_FIRST_NAME = "wildcard_first_name"
    WILDCARD_LAST_NAME = "wildcard_last_name"
    WITHOUT_POSTCODE = "without_postcode"


class Result(StrEnum):
    VERIFIED = "verified"
    ONE_MATCH = "one_match"
    NO_MATCHES = "no_matches"
    TOO_MANY = "too_many"
    SKIPPED = "skipped"
    DID_NOT_AGREE = "did_not_agree"
    ERROR = "error"


class End(StrEnum):
    """How a lookup ends, other than by two numbers that contradict each other."""

    ACCEPT = "accept"
    NOT_FOUND = "not_found"
    ERROR = "error"


def _next(
    *, one: Step | End, none: Step | End, too_many: Step | End, skipped: Step | End
) -> Mapping[Result, Step | End]:
    return {
        # Only a read verifies; for a search this would be an answer of its own kind.
        Result.VERIFIED: End.ACCEPT,
        Result.ONE_MATCH: one,
        Result.NO_MATCHES: none,
        # One person whose details are not close enough is as good as none.
        Result.DID_NOT_AGREE: none,
        Result.TOO_MANY: too_many,
        Result.SKIPPED: skipped,
        Result.ERROR: End.ERROR,
    }


# A step leads to the same whether it found nobody or too many, but for the first.
# Only a ZZ99 postcode skips the first two.
NEXT: Mapping[Step, Mapping[Result, Step | End]] = {
    # A number that could not be read leaves the search to find the child.
    Step.VERIFY: {**dict.fromkeys(Result, Step.EXACT), Result.VERIFIED: End.ACCEPT},
    Step.EXACT: _next(
        one=End.ACCEPT,
        none=Step.WILDCARD_POSTCODE,
        too_many=Step.EXACT_WITHOUT_HISTORY,
        skipped=Step.EXACT_WITHOUT_HISTORY,
    ),
    Step.EXACT_WITHOUT_HISTORY: _next(
        one=End.ACCEPT,
        none=End.NOT_FOUND,
        too_many=End.NOT_FOUND,
        skipped=Step.WILDCARD_POSTCODE,
    ),
    # What it found is asked for once more without the postcode: a namesake
    # elsewhere would then make it too many.
    Step.WILDCARD_POSTCODE: _next(
        one=Step.WITHOUT_POSTCODE,
        none=Step.WILDCARD_FIRST_NAME,
        too_many=Step.WILDCARD_FIRST_NAME,
        skipped=Step.WILDCARD_FIRST_NAME,
    ),
    Step.WILDCARD_FIRST_NAME: _next(
        one=End.ACCEPT,
        none=Step.WILDCARD_LAST_NAME,
        too_many=Step.WILDCARD_LAST_NAME,
        skipped=Step.WILDCARD_LAST_NAME,
    ),
    Step.WILDCARD_LAST_NAME: _next(
        one=End.ACCEPT,
        none=Step.WITHOUT_POSTCODE,
        too_many=Step.WITHOUT_POSTCODE,
        skipped=Step.WITHOUT_POSTCODE,
    ),
    Step.WITHOUT_POSTCODE: _next(
        one=End.ACCEPT,
        none=End.NOT_FOUND,
        too_many=End.NOT_FOUND,
        skipped=End.NOT_FOUND,
    ),
}

# The last step, asked out of turn to confirm the wildcard postcode.
CONFIRMING: Mapping[Result, Step | End] = _next(
    one=End.ACCEPT,
    none=Step.WILDCARD_FIRST_NAME,
    too_many=Step.WILDCARD_FIRST_NAME,
    skipped=Step.WILDCARD_FIRST_NAME,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that is done: its result, and whom PDS named if it named one."""

    step: Step
    result: Result
    at: datetime
    person: Person | None = None
    # PDS has invalidated the number that was read.
    is_void: bool = False

    @property
    def nhs_number(self) -> str | None:
        return self.person.nhs_number if self.person else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a lookup ended. `person` is whom PDS found: for FOUND, and only then."""

    outcome: TraceOutcome
    uploaded_number: UploadedNumber
    person: Person | None = None

    @property
    def nhs_number(self) -> str | None:
        return self.person.nhs_number if self.person else None


def next_step(sought: Sought, asked: Sequence[Asked]) -> Step | Verdict:
    """Return what to ask next, or how the lookup ends.

    :param asked: every step so far, in order
    """
    if not asked:
        return Step.VERIFY if sought.nhs_number else Step.EXACT
    if len(_numbers_of_search(asked)) > 1:
        return _verdict(TraceOutcome.CONFLICT, sought, asked)
    last = asked[-1]
    following = CONFIRMING if _is_confirming(asked) else NEXT[last.step]
    match following[last.result]:
        case End.ACCEPT:
            return _verdict(TraceOutcome.FOUND, sought, asked)
        case End.NOT_FOUND:
            return _verdict(TraceOutcome.NOT_FOUND, sought, asked)
        case End.ERROR:
            return _verdict(TraceOutcome.ERROR, sought, asked)
        case Step() as step if any(step == was.step for was in asked):
            # Only the last step is ever met twice, and no query is sent twice.
            return _verdict(TraceOutcome.NOT_FOUND, sought, asked)
        case Step() as step:
            return step


def judged(
    sought: Sought,
    asked: Sequence[Asked],
    step: Step,
    reply: Answer | Rejected,
    at: datetime,
) -> Asked:
    """Return what a step comes to, given what PDS replied to it."""
    match reply:
        case OnePerson(person):
            if not _is_accepted(sought, asked, step, person):
                return Asked(step, Result.DID_NOT_AGREE, at, person)
            accepted = Result.VERIFIED if step is Step.VERIFY else Result.ONE_MATCH
            return Asked(step, accepted, at, person)
        case Nobody.TOO_MANY:
            return Asked(step, Result.TOO_MANY, at)
        case Nobody():
            void = reply is Nobody.VOID
            return Asked(step, Result.NO_MATCHES, at, is_void=void)
        case Rejected():
            return Asked(step, Result.ERROR, at)


def gave_up(
    sought: Sought, asked: Sequence[Asked], step: Step, at: datetime
) -> tuple[tuple[Asked, ...], Verdict]:
    """Return all steps and the end of a lookup whose last step never got an answer."""
    steps = (*asked, Asked(step, Result.ERROR, at))
    return steps, _verdict(TraceOutcome.ERROR, sought, steps)


def read_alone(
    sought: Sought, reply: Answer | Rejected, at: datetime, *, is_certain: bool
) -> tuple[tuple[Asked, ...], Verdict]:
    """Return the step and the end of a lookup that reads a number and never searches.

    :param is_certain: the number is known to be this person's, whatever the details
    """
    asked = judged(sought, (), Step.VERIFY, reply, at)
    if is_certain and asked.person:
        asked = replace(asked, result=Result.VERIFIED)
    outcome = {
        Result.VERIFIED: TraceOutcome.FOUND,
        Result.ERROR: TraceOutcome.ERROR,
    }.get(asked.result, TraceOutcome.NOT_FOUND)
    return (asked,), _verdict(outcome, sought, (asked,))


def _is_accepted(
    sought: Sought, asked: Sequence[Asked], step: Step, person: Person
) -> bool:
    match step:
        case Step.VERIFY:
            return agreement.verifies(person, sought)
        case Step.EXACT | Step.EXACT_WITHOUT_HISTORY:
            return True
        case Step.WILDCARD_POSTCODE:
            return agreement.birth_and_both_names_agree(person, sought)
        case Step.WILDCARD_FIRST_NAME | Step.WILDCARD_LAST_NAME:
            return agreement.birth_and_first_name_agree(person, sought)
        case Step.WITHOUT_POSTCODE:
            confirms = _found_by_wildcard_postcode(asked) == person.nhs_number
            return confirms or (
                person.is_restricted
                and agreement.birth_and_both_names_agree(person, sought)
            )


def _found_by_wildcard_postcode(asked: Sequence[Asked]) -> str | None:
    """Return the number that the step just before found, and that waits for a second."""
    if asked and asked[-1].step is Step.WILDCARD_POSTCODE:
        return asked[-1].nhs_number if asked[-1].result is Result.ONE_MATCH else None
    return None


def _is_confirming(asked: Sequence[Asked]) -> bool:
    return (
        asked[-1].step is Step.WITHOUT_POSTCODE
        and _found_by_wildcard_postcode(asked[:-1]) is not None
    )


def _numbers_of_search(asked: Sequence[Asked]) -> set[str]:
    """Return every number the search gave; that of the file was not searched for."""
    return {
        was.person.nhs_number
        for was in asked
        if was.person and was.step is not Step.VERIFY
    }


def _verdict(outcome: TraceOutcome, sought: Sought, asked: Sequence[Asked]) -> Verdict:
    person = asked[-1].person if outcome is TraceOutcome.FOUND else None
    found = person.nhs_number if person else None
    return Verdict(outcome, _uploaded_number(sought, asked, found), person)


def _uploaded_number(
    sought: Sought, asked: Sequence[Asked], found: str | None
) -> UploadedNumber:
    """Return what became of the number in the file."""
    if not sought.nhs_number:
        return UploadedNumber.NONE
    if found:
        same = found == sought.nhs_number
        return UploadedNumber.VERIFIED if same else UploadedNumber.REPLACED
    read = asked[0]
    if read.is_void:
        return UploadedNumber.VOID
    if read.person:
        return UploadedNumber.SOMEONE_ELSE
    return UploadedNumber.NOT_HELD
