"""The page NHS number lookup history: what PDS was asked about a child, and said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from children import queries
from children.models import Child
from mavis.pages import count_of, show_datetime, show_name, show_nhs_number
from pds.models import Trace, TraceStep
from pds.rules.cascade import Result, Step
from pds.rules.outcomes import TraceOutcome, TraceSource, UploadedNumber

# What was asked in each step: which details, and which of them only in part.
ASKED: Mapping[Step, str] = {
    Step.VERIFY: "Read the uploaded NHS number",
    Step.EXACT: "Search with history",
    Step.EXACT_WITHOUT_HISTORY: "Search without history",
    Step.WILDCARD_POSTCODE: "Search with history and a wildcard postcode",
    Step.WILDCARD_FIRST_NAME: "Search with history and a wildcard first name",
    Step.WILDCARD_LAST_NAME: "Search with history and a wildcard last name",
    Step.WITHOUT_POSTCODE: "Search with history, without the postcode",
}
SENT: Mapping[Step, str] = {
    Step.VERIFY: "NHS number",
    Step.EXACT: "First name, last name, date of birth and postcode",
    Step.EXACT_WITHOUT_HISTORY: "First name, last name, date of birth and postcode",
    Step.WILDCARD_POSTCODE: (
        "First name, last name, date of birth and the first 2 characters of the "
        "postcode"
    ),
    Step.WILDCARD_FIRST_NAME: (
        "The first 3 letters of the first name, last name, date of birth and postcode"
    ),
    Step.WILDCARD_LAST_NAME: (
        "First name, the first 3 letters of the last name, date of birth and postcode"
    ),
    Step.WITHOUT_POSTCODE: "First name, last name and date of birth",
}
RESULTS: Mapping[Result, str] = {
    Result.VERIFIED: "Verified: the details agree",
    Result.ONE_MATCH: "One match",
    Result.NO_MATCHES: "No matches",
    Result.TOO_MANY: "Too many matches",
    Result.SKIPPED: "Skipped: the name or postcode cannot be searched for in this way",
    Result.DID_NOT_AGREE: "Did not agree: a possible match, not used",
    Result.ERROR: "Error: PDS gave no answer that can be used",
}
UPLOADED: Mapping[UploadedNumber, str] = {
    UploadedNumber.NONE: "No NHS number was uploaded.",
    UploadedNumber.VERIFIED: "PDS confirmed the uploaded NHS number.",
    UploadedNumber.REPLACED: "PDS has another NHS number for this child.",
    UploadedNumber.NOT_HELD: (
        "PDS does not hold the uploaded NHS number, or could not be asked about it."
    ),
    UploadedNumber.VOID: "PDS has invalidated the uploaded NHS number.",
    UploadedNumber.SOMEONE_ELSE: (
        "PDS holds the uploaded NHS number for somebody whose details do not agree."
    ),
}
# Of a refresh, which asks about the number that the record has.
REFRESHED: Mapping[UploadedNumber, str] = {
    UploadedNumber.NONE: "The record had no NHS number.",
    UploadedNumber.VERIFIED: "PDS has this NHS number for this child.",
    UploadedNumber.REPLACED: "PDS has another NHS number for this child.",
    UploadedNumber.NOT_HELD: "PDS does not hold the NHS number of the record.",
    UploadedNumber.VOID: "PDS has invalidated the NHS number of the record.",
    UploadedNumber.SOMEONE_ELSE: (
        "PDS holds the NHS number of the record for somebody whose details do not agree."
    ),
}
WHY_NONE: Mapping[TraceOutcome, str] = {
    TraceOutcome.NOT_FOUND: "no step found this child and nobody else.",
    TraceOutcome.CONFLICT: (
        "the search gave two different NHS numbers, so that neither was used."
    ),
    TraceOutcome.ERROR: "PDS could not be asked. This does not mean “no match”.",
}


@dataclass(frozen=True, slots=True)
class LookupStep:
    """One question to PDS, and its answer in words."""

    asked: str
    sent: str
    result: str
    nhs_number: str
    when: str

    @classmethod
    def of(
        cls, step: TraceStep, uploaded: str | None, *, is_refresh: bool
    ) -> "LookupStep":
        which, result = Step(step.step), Result(step.result)
        words = RESULTS[result]
        if is_refresh and result is Result.VERIFIED:
            # A number that was confirmed before is not compared again.
            words = "PDS holds this number"
        if which is Step.VERIFY and step.nhs_number and step.nhs_number != uploaded:
            which_number = "number on the record" if is_refresh else "uploaded number"
            words += f". The {which_number} is superseded by another"
        return cls(
            asked=(
                "Read the NHS number on the record"
                if is_refresh and which is Step.VERIFY
                else ASKED[which]
            ),
            sent="" if result is Result.SKIPPED else SENT[which],
            result=words,
            nhs_number=show_nhs_number(step.nhs_number),
            when=show_datetime(step.at),
        )


@dataclass(frozen=True, slots=True)
class Lookup:
    """One set of steps, from the number uploaded to the number found."""

    when: str
    # Not about a row of a file: the child was looked up again, some time later.
    is_refresh: bool
    uploaded: str
    about_uploaded: str
    found: str
    why_none: str
    steps: tuple[LookupStep, ...]
    # When refreshes right before it found the same in every step, newest first.
    also_found: tuple[str, ...] = ()

    @property
    def found_the_same(self) -> str:
        """How many earlier refreshes found the same."""
        return count_of(len(self.also_found), "earlier refresh", "earlier refreshes")

    def repeats(self, earlier: "Lookup") -> bool:
        """Test if both are refreshes that tell the same, but for when."""
        return self.is_refresh and self._without_times() == earlier._without_times()

    def _without_times(self) -> "Lookup":
        steps = tuple(replace(step, when="") for step in self.steps)
        return replace(self, when="", also_found=(), steps=steps)

    @classmethod
    def of(cls, trace: Trace) -> "Lookup":
        outcome = TraceOutcome(trace.outcome)
        is_refresh = trace.source == TraceSource.REFRESH
        steps = sorted(trace.steps.all(), key=lambda step: step.position)
        return cls(
            when=show_datetime(trace.at),
            is_refresh=is_refresh,
            uploaded=show_nhs_number(trace.nhs_number_uploaded),
            about_uploaded=(REFRESHED if is_refresh else UPLOADED)[
                UploadedNumber(trace.uploaded_number)
            ],
            found=show_nhs_number(trace.nhs_number),
            why_none=WHY_NONE.get(outcome, ""),
            steps=tuple(
                LookupStep.of(s, trace.nhs_number_uploaded, is_refresh=is_refresh)
                for s in steps
            ),
        )


@dataclass(frozen=True, slots=True)
class LookupHistory:
    child_id: int
    name: str
    lookups: tuple[Lookup, ...]

    @classmethod
    def of(cls, child: Child) -> "LookupHistory":
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            lookups=_told(map(Lookup.of, queries.lookups_of(child))),
        )


def _told(lookups: Iterable[Lookup]) -> tuple[Lookup, ...]:
    """Return the lookups, newest first: refreshes in a row that tell the same as one.

    A child is refreshed twice a day, and hardly ever is there anything new.
    """
    told: list[Lookup] = []
    for lookup in lookups:
        if told and told[-1].repeats(lookup):
            also_found = (*told[-1].also_found, lookup.when)
            told[-1] = replace(told[-1], also_found=also_found)
        else:
            told.append(lookup)
    return tuple(told)
