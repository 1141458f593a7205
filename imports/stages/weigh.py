"""A close match as it stands now: whom the row may be about, and what may be decided.

Read by the page, and again under lock when a person has decided. The children are
taken as they are: other uploads, edits and merges since the upload count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from children.models import Child
from children.rules import contacts
from children.rules.contacts import ContactChange
from imports.models import CloseMatch
from imports.queries.rows import has_had, team_with
from imports.rules import differences, resolutions
from imports.rules.differences import Comparison, Field
from imports.rules.fingerprint import fingerprint
from imports.rules.outcomes import Archived
from imports.rules.resolutions import NOBODY_HAS_IT, Number, Resolution
from imports.rules.worked_out import ChildFacts, RowFacts
from imports.sql import known
from imports.stages.work_out import work_out
from mavis.models import Team
from schoolmoves.rules import moving
from schoolmoves.rules.moving import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A child that the row may be about, and what may be decided if it is.

    - `academic_year`: the year that the upload is for
    - `team`: the team that has the child now, if it is another one
    - `is_limited`: only what the end of spec section 7 allows may be shown
    - `comparison`, `contacts`: what differs, and what the record would gain
    - `holder`: another child that has the number which could be taken
    - `taken_by_use`: the fields that Use uploaded record takes
    - `proposal`: what becomes of the school when the row is said to be this child
    """

    child: Child
    facts: ChildFacts
    academic_year: int
    team: Team | None
    is_limited: bool
    comparison: Comparison
    contacts: tuple[ContactChange, ...]
    holder: Child | None
    choosable: tuple[Field, ...]
    choices: tuple[Resolution, ...]
    taken_by_use: tuple[Field, ...]
    proposal: Proposal

    @property
    def may_be_restored(self) -> bool:
        return self.proposal.archived is Archived.RESTORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A close match that waits for a person.

    - `number`: of the row; `number_to_choose`: of the file, where that is not used
    - `existing`: the children it may be about, likeliest first
    - `holder`: the child that has that number now; `has_gone`: since the upload
    - `choices_without_child`: what may be decided about none of them
    - `version`: changes whenever anything does that a person would decide by
    """

    match: CloseMatch
    row: RowFacts
    number: Number
    number_to_choose: Number
    existing: tuple[Existing, ...]
    holder: Child | None
    has_gone: bool
    choices_without_child: tuple[Resolution, ...]
    version: str

    def about(self, child_id: int | None) -> Existing | None:
        """Return the child with this id, if the row may be about it."""
        return next((e for e in self.existing if e.child.pk == child_id), None)


def children_of(match: CloseMatch) -> set[int]:
    """Return every child that may matter: candidates, and whoever has the number.

    Besides those that were found when the row was matched, a child counts that now
    has the row's number, or that would be matched now.
    """
    row = match.row
    found = set(row.candidates.values_list("child", flat=True))
    for worked_out in work_out(row.cohort_import, [row.pk]):
        found |= {candidate.child_id for candidate in worked_out.candidates}
        if worked_out.matched_child_id is not None:
            found.add(worked_out.matched_child_id)
    holder = _holder(_numbers(match)[1])
    return found | ({holder.pk} if holder else set())


def weigh(match: CloseMatch) -> Weighed:
    """Compare an open close match with the children as they are now."""
    number, number_to_choose = _numbers(match)
    holder = _holder(number_to_choose)
    ids = children_of(match)
    if holder is not None and number.number is None:
        # The file's number is somebody else's, or void: no reason to be that child.
        ids -= {holder.pk} - set(match.row.candidates.values_list("child", flat=True))
    return set_beside(match, ids)


def set_beside(match: CloseMatch, ids: set[int]) -> Weighed:
    """Compare a row with these children as they are now.

    For a school move too, whose row is certainly about one child: `match` then only
    says which row and which team, and is not stored.
    """
    team_id, cohort_import = match.team_id, match.row.cohort_import
    number, number_to_choose = _numbers(match)
    holder = _holder(number_to_choose)
    facts = known.children(
        import_id=None,
        team_id=team_id,
        academic_year=cohort_import.academic_year,
        child_ids=ids,
    )
    (row,) = known.rows(import_id=cohort_import.pk, row_ids=[match.row_id])
    records = (
        Child.objects.filter(pk__in=ids, merged_into=None)
        .select_related("school")
        .prefetch_related("memberships__team")
    )
    weighing = _Weighing(match, row, number, number_to_choose, holder)
    numbers = {child.pk: _number_of(child) for child in records}
    existing = [weighing.against(child, facts[child.pk], numbers) for child in records]
    existing.sort(key=lambda one: _likeliest_first(one, number))
    return Weighed(
        match=match,
        row=row,
        number=number,
        number_to_choose=number_to_choose,
        existing=tuple(existing),
        holder=holder,
        has_gone=_has_gone(match, holder, number),
        choices_without_child=resolutions.offered(
            None, number, others=list(numbers.values())
        ),
        version=_version(existing, number, holder),
    )


@dataclass(frozen=True, slots=True)
class _Weighing:
    match: CloseMatch
    row: RowFacts
    number: Number
    number_to_choose: Number
    holder: Child | None

    def against(
        self, child: Child, facts: ChildFacts, numbers: Mapping[int, Number]
    ) -> Existing:
        """Set the row beside one child."""
        match, row = self.match, self.row
        academic_year = match.row.cohort_import.academic_year
        comparison = differences.compare(
            row.values, facts.values, academic_year=academic_year
        )
        own = numbers[child.pk]
        holder = self.holder if self.holder and self.holder.pk != child.pk else None
        held = _number_of(holder) if holder else NOBODY_HAS_IT
        choosable = resolutions.choosable(
            comparison, self.number, match.row.nhs_number_uploaded, own, held
        )
        team = team_with(child)
        is_elsewhere = team is not None and team.pk != match.team_id
        return Existing(
            child=child,
            facts=facts,
            academic_year=academic_year,
            team=team if is_elsewhere else None,
            is_limited=is_elsewhere or not has_had(match.team_id, child),
            comparison=comparison,
            contacts=tuple(contacts.merge(facts.contacts, row.parents)),
            holder=holder,
            choosable=choosable,
            choices=resolutions.offered(
                resolutions.Candidate(own, is_elsewhere=is_elsewhere),
                self.number,
                others=[number for pk, number in numbers.items() if pk != child.pk],
                choosable=choosable,
            ),
            taken_by_use=resolutions.taken_by_use(comparison, self.number, own, held),
            proposal=moving.propose(
                team_id=match.team_id,
                place=row.place,
                standing=facts.standing,
                # A person says so.
                certain=True,
                deceased=row.deceased,
                choice=Archived.RESTORED,
            ),
        )


def _numbers(match: CloseMatch) -> tuple[Number, Number]:
    """Return the number of the row to use, and the one a person may choose."""
    row = match.row
    number = Number(row.nhs_number, row.nhs_number_confirmed)
    return number, resolutions.number_to_choose(number, row.nhs_number_uploaded)


def _number_of(child: Child) -> Number:
    return Number(child.nhs_number, child.nhs_number_confirmed)


def _holder(number: Number) -> Child | None:
    if number.number is None:
        return None
    return Child.objects.filter(nhs_number=number.number).first()


def _has_gone(match: CloseMatch, holder: Child | None, number: Number) -> bool:
    """Test if the row's number is now that of a child it was not matched with."""
    if holder is None or number.number is None:
        return False
    return not match.row.candidates.filter(child=holder).exists()


def _likeliest_first(existing: Existing, number: Number) -> tuple[object, ...]:
    return (
        not number.is_same(_number_of(existing.child)),
        len(existing.comparison.differences),
        existing.child.pk,
    )


def _version(existing: Sequence[Existing], number: Number, holder: Child | None) -> str:
    return fingerprint(
        {
            "number": [number.number, number.confirmed],
            "holder": [holder.pk, holder.nhs_number_confirmed] if holder else None,
            "existing": [list(_seen(one)) for one in existing],
        }
    )


def _seen(one: Existing) -> Iterable[object]:
    yield one.child.pk
    yield [
        differences.recorded(one.facts.values, field)
        for field in Field
        if field is not Field.CONTACTS
    ]
    yield [
        (change.contact_id, *(getattr(change.details, name) for name in _CONTACT))
        for change in one.contacts
    ]
    yield [one.choices, one.choosable, one.taken_by_use, one.child.restricted]
    yield [one.facts.standing.team_id, one.facts.standing.archive_reason]
    yield [one.facts.standing.place.school_id, one.facts.standing.place.home_educated]
    yield [one.proposal.move, one.proposal.archived]


_CONTACT = ("name", "relationship", "relationship_other", "phone", "email")
