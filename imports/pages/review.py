"""What a person reviews: before anything changes, and when rows have changed since."""

from dataclasses import dataclass

from imports.models import CohortImport
from imports.pages import archived, words
from imports.pages.card import Card
from imports.pages.problems import warnings_summary
from imports.pages.rows import SectionSummary, summaries
from imports.queries import problems, rows
from imports.queries.rows import Section
from mavis.access import may_approve
from mavis.models import User
from mavis.pages import count_of

SECTIONS = (
    Section.NEW,
    Section.ALREADY_IN_MAVIS,
    Section.MOVING_IN,
    Section.CLOSE_MATCHES,
    Section.SCHOOL_MOVES,
    Section.WITH_OTHER_TEAMS,
    Section.ARCHIVED,
    Section.NHS_NUMBERS_UPDATED,
    Section.NHS_NUMBERS_NOT_CONFIRMED,
)


@dataclass(frozen=True, slots=True)
class Review:
    """What approval would do, section by section (spec section 8)."""

    card: Card
    sections: tuple[SectionSummary, ...]
    # False for whoever uploaded it, in a team that wants a second person to approve.
    may_approve: bool
    # What the page shows, for the decision to be compared with.
    seen: str

    @classmethod
    def of(cls, cohort_import: CohortImport, *, viewer: User) -> "Review":
        sections = [
            _with_notes(section, cohort_import)
            for section in summaries(cohort_import, *SECTIONS)
        ]
        if kinds := problems.kinds(cohort_import, warnings=True):
            sections.append(warnings_summary(cohort_import, kinds))
        return cls(
            card=Card.of(cohort_import),
            sections=tuple(sections),
            may_approve=_may_approve(cohort_import, viewer),
            seen=rows.version_of(cohort_import),
        )


@dataclass(frozen=True, slots=True)
class FurtherReview:
    """Rows that would now do something else than what was approved."""

    card: Card
    changed: SectionSummary
    # Those of them whose children are archived; none if there are none.
    archived: SectionSummary | None
    # "12 records have been imported"; blank when none has.
    imported: str
    # What to quote to support, when a fault stopped the import.
    fault_reference: str
    may_approve: bool
    seen: str

    @classmethod
    def of(cls, cohort_import: CohortImport, *, viewer: User) -> "FurtherReview":
        results, counts = rows.count_by_result_and_section(
            cohort_import, Section.CHANGED, Section.ARCHIVED
        )
        held, of_archived = counts[Section.CHANGED], counts[Section.ARCHIVED]
        return cls(
            card=Card.of(cohort_import),
            changed=SectionSummary.of(Section.CHANGED, cohort_import, held),
            archived=(
                archived.summary(cohort_import, of_archived) if of_archived else None
            ),
            imported=_done(sum(results.values())),
            fault_reference=cohort_import.fault_reference,
            may_approve=_may_approve(cohort_import, viewer),
            seen=rows.version_of(cohort_import),
        )


def _done(committed: int) -> str:
    if not committed:
        return ""
    has = "has" if committed == 1 else "have"
    return f"{count_of(committed, 'other record')} {has} been dealt with as approved."


def _may_approve(cohort_import: CohortImport, viewer: User) -> bool:
    return may_approve(
        user=viewer,
        team=cohort_import.team,
        uploaded_by_id=cohort_import.uploaded_by_id,
    )


def _with_notes(section: SectionSummary, cohort_import: CohortImport) -> SectionSummary:
    """Return the section with what else there is to say of its rows."""
    if section.section == Section.ALREADY_IN_MAVIS:
        return _with_gains(section, cohort_import)
    if section.section == Section.ARCHIVED:
        return archived.summary(cohort_import, section.count)
    return section


def _with_gains(section: SectionSummary, cohort_import: CohortImport) -> SectionSummary:
    """Return the section, saying how many records gain information, and which."""
    gaining, by_field = rows.gains(cohort_import)
    if not gaining:
        return section
    told = [f"{words.field(name)} ({count:,})" for name, count in by_field.items()]
    note = f"{count_of(gaining, 'record')} will gain information: {words.listed(told)}."
    return SectionSummary.of(
        Section.ALREADY_IN_MAVIS, cohort_import, section.count, notes=(note,)
    )
