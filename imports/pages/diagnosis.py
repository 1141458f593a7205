"""Why too few children of a file were found, in words for whoever has to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass

from imports.models import CohortImport
from imports.queries import match_rates as queries
from imports.queries.match_rates import SchoolRate
from imports.rules.diagnosis import Finding, Mistake, likely_first
from mavis.pages import count_of

# What is probably wrong, what was tried, and what to do.
LOOKS: Mapping[Mistake, str] = {
    Mistake.NAMES_SWAPPED: "First names and last names look swapped",
    Mistake.DAY_AND_MONTH_SWAPPED: ("Day and month of the dates of birth look swapped"),
    Mistake.NAMES_TOO_HIGH: (
        "Names look one row too high: each stands above its own date of birth and "
        "postcode"
    ),
    Mistake.NAMES_TOO_LOW: (
        "Names look one row too low: each stands below its own date of birth and "
        "postcode"
    ),
}
TRIED: Mapping[Mistake, str] = {
    Mistake.NAMES_SWAPPED: "With first and last name swapped",
    Mistake.DAY_AND_MONTH_SWAPPED: "With day and month swapped",
    Mistake.NAMES_TOO_HIGH: "With the names of the row above",
    Mistake.NAMES_TOO_LOW: "With the names of the row below",
}
MEND: Mapping[Mistake, str] = {
    Mistake.NAMES_SWAPPED: (
        "Check that CHILD_FIRST_NAME and CHILD_LAST_NAME hold what they say"
    ),
    Mistake.DAY_AND_MONTH_SWAPPED: (
        "Check that CHILD_DATE_OF_BIRTH gives the day before the month"
    ),
    Mistake.NAMES_TOO_HIGH: (
        "Check whether a cell was added or removed at the top of another column"
    ),
    Mistake.NAMES_TOO_LOW: (
        "Check whether a cell was added or removed at the top of the names"
    ),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What is probably wrong with the file, how that is known, and what to do."""

    looks: str
    known_by: str
    mend: str


@dataclass(frozen=True, slots=True)
class RateLine:
    school: str
    matched: str
    rate: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found out on a sample of the records that did not match.

    - `tried`: what else was tried, each a sentence with what came of it
    - `pds_was_down`: not all of it could be tried
    - `schools`: none when all records are of one place
    """

    causes: tuple[Cause, ...]
    tried: tuple[str, ...]
    pds_was_down: bool
    schools: tuple[RateLine, ...]

    @classmethod
    def of(cls, cohort_import: CohortImport) -> "Diagnosis":
        findings = likely_first(
            [
                Finding(Mistake(each.mistake), each.tried, each.matched, each.wanted)
                for each in cohort_import.findings.order_by("pk")
            ]
        )
        rates = queries.match_rates(cohort_import)
        return cls(
            causes=tuple(_cause(each) for each in findings if each.is_likely),
            tried=tuple(
                f"{_result(each)}."
                for each in findings
                if each.tried and not each.is_likely
            ),
            pds_was_down=any(each.tried < each.wanted for each in findings),
            schools=tuple(_line(each) for each in rates) if len(rates) > 1 else (),
        )


def _cause(finding: Finding) -> Cause:
    mistake = finding.mistake
    return Cause(LOOKS[mistake], _result(finding), MEND[mistake])


def _result(finding: Finding) -> str:
    tried = count_of(finding.tried, "record")
    return (
        f"{TRIED[finding.mistake]}, {finding.matched:,} of {tried} that we tried match"
    )


def _line(rate: SchoolRate) -> RateLine:
    unnamed = "Home-educated" if rate.home_educated else "School unknown"
    return RateLine(
        school=rate.school or unnamed,
        matched=f"{rate.found:,} of {rate.attempted:,}",
        rate=show_rate(rate.found, rate.attempted),
    )


def show_rate(matched: int, attempted: int) -> str:
    """Return a share as a percentage, never rounded up to one it does not reach.

    >>> show_rate(6999, 10000), show_rate(7, 10), show_rate(0, 0)
    ('69.9%', '70%', '0%')
    """
    tenths = 1000 * matched // attempted if attempted else 0
    return f"{tenths / 10:g}%"
