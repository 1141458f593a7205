"""Children as a team may see them. Every read of a child begins here."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.db.models.lookups import GreaterThanOrEqual
from django.http import Http404

from children.models import ArchiveReason, Child, CohortMembership, Contact
from mavis.models import ActivityEvent, School, Team
from mavis.rules import academic_year, names
from pds.models import Trace


def children_of(team: Team) -> QuerySet[Child]:
    """Return the children a team has, and those it archived that no team has.

    Each comes with its school and with `membership`, the one with this team. A child
    that another team has is that team's alone (spec section 2).
    """
    # No two teams have a child at once, so whoever is not archived is nowhere else:
    # said so, that nobody looks for the other memberships of a whole cohort.
    return _in_cohort_of(team).filter(Q(archived_at=None) | ~ELSEWHERE)


def left_behind(team: Team) -> QuerySet[Child]:
    """Return the children a team keeps as moved out of area and another team has.

    Of these it may see the name, when they were archived and who has them now.
    """
    return _in_cohort_of(team).filter(LEFT_BEHIND)


# Of what _in_cohort_of() returns.
ELSEWHERE = Q(is_elsewhere=True)
LEFT_BEHIND = ELSEWHERE & Q(membership__archive_reason=ArchiveReason.MOVED_OUT_OF_AREA)


def _in_cohort_of(team: Team) -> QuerySet[Child]:
    with_another_team = CohortMembership.objects.filter(
        child=OuterRef("pk"), archived_at=None
    ).exclude(team=team)
    return (
        Child.objects.annotate(
            membership=FilteredRelation(
                "memberships", condition=Q(memberships__team=team)
            ),
            is_elsewhere=Exists(with_another_team),
        )
        .filter(membership__isnull=False, merged_into=None)
        .annotate(archived_at=F("membership__archived_at"))
        .select_related("school")
    )


def child_for(team: Team, child_id: int) -> Child:
    """Return one child of a team.

    :raises Http404: there is none, or it is not this team's
    """
    child = children_of(team).filter(pk=child_id).first()
    if child is None:
        raise Http404
    return child


def record_that_remains(team: Team, child_id: int) -> int | None:
    """Return the child of the team into whom this one was merged, if it was."""
    return (
        children_of(team)
        .filter(merged_records=child_id)
        .values_list("pk", flat=True)
        .first()
    )


def team_with(child: Child) -> Team | None:
    """Return the team that has a child; none, when it is archived everywhere."""
    return Team.objects.filter(cohort__child=child, cohort__archived_at=None).first()


def membership_of(team: Team, child: Child) -> CohortMembership:
    return CohortMembership.objects.select_related("archived_by").get(
        team=team, child=child
    )


def contacts_of(child: Child) -> QuerySet[Contact]:
    return Contact.objects.filter(child=child).order_by("pk")


def records_of(child: Child) -> list[int]:
    """Return the ids of a child's record and of those merged into it."""
    merged = Child.objects.filter(merged_into=child).values_list("pk", flat=True)
    return [child.pk, *merged]


def events_of(team: Team, child: Child) -> QuerySet[ActivityEvent]:
    """Return what happened to a child while it was with this team, newest first.

    What happened to a record that was merged into this one is among it.
    """
    return (
        ActivityEvent.objects.filter(child__in=records_of(child), team=team)
        .select_related("by", "cohort_import__file")
        .order_by("-at", "-pk")
    )


def lookups_of(child: Child) -> QuerySet[Trace]:
    """Return every PDS lookup about a child, newest first."""
    return (
        Trace.objects.filter(child_trace__child__in=records_of(child))
        .prefetch_related("steps")
        .order_by("-at", "-pk")
    )


def schools_of(team: Team) -> QuerySet[School]:
    return School.objects.filter(team=team).order_by("name", "urn")


def records_like(team: Team, asked: str, *, most: int) -> list[int]:
    """Return the ids of the team's records of that NHS number, or of a name like that.

    The most alike first; those that were merged into one, and those of children whom
    the team left behind, too.

    :param asked: a name, or an NHS number without spaces
    """
    children = _in_cohort_of(team).filter(~ELSEWHERE | LEFT_BEHIND)
    if asked.isdigit():
        like = children.filter(~ELSEWHERE, nhs_number=asked)
    else:
        like = named(children, asked)
    ids = list(like.values_list("pk", flat=True)[:most])
    merged = Child.objects.filter(merged_into__in=ids).values_list("pk", flat=True)
    return [*ids, *merged]


# --- Searching ----------------------------------------------------------------

# How like a name all the words of a search must be, when they are taken as one name.
# It is what PostgreSQL asks of a strict word similarity (pg_trgm), by which an index
# finds them.
LEAST_OF_A_WHOLE = 0.5


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for. Blank parts ask for nothing."""

    name: str = ""
    nhs_number: str = ""
    school_id: int | None = None
    year_group: int | None = None
    archived: bool = False
    missing_nhs_number: bool = False

    @property
    def reaches_children_left_behind(self) -> bool:
        """Test if it may find archived children whom another team has.

        By name only: what else is asked would tell more of them than the name.
        """
        return (
            self.archived
            and bool(self.name)
            and not self.missing_nhs_number
            and self.school_id is None
            and self.year_group is None
        )


def found(team: Team, search: Search, *, year: int) -> QuerySet[Child]:
    """Return the children of a team that were asked for, most alike first.

    :param year: the academic year in which the year group is meant
    """
    children = children_of(team)
    if search.reaches_children_left_behind:
        children = _in_cohort_of(team).filter(~ELSEWHERE | LEFT_BEHIND)
    if search.nhs_number:
        children = children.filter(nhs_number=search.nhs_number)
    if search.school_id is not None:
        children = children.filter(school_id=search.school_id)
    if search.year_group is not None:
        born = academic_year.birth_academic_year(search.year_group, year)
        children = children.filter(birth_academic_year=born)
    if search.archived:
        children = children.filter(Q(archived_at__isnull=False))
    if search.missing_nhs_number:
        children = children.filter(nhs_number=None)
    if search.name:
        return named(children, search.name)
    return children.order_by("last_name_key", "first_name_key", "pk")


def named(children: QuerySet[Child], name: str) -> QuerySet[Child]:
    """Return the children whose names are like this one, most alike first.

    "LAST, First" is taken at its word. Without a comma each word may belong to the
    first or to the last name, in either order; one word is looked for in both.
    """
    readings = readings_of(name)
    if not readings:
        return children.none()
    several = len(name.split()) > 1
    like = reduce(or_, (_like(*reading, several_words=several) for reading in readings))
    likeness = [_likeness(first, last) for first, last in readings]
    likeness_of_best = Greatest(*likeness) if len(likeness) > 1 else likeness[0]
    return (
        children.filter(like)
        .annotate(likeness=likeness_of_best)
        .order_by("-likeness", "last_name_key", "first_name_key", "pk")
    )


def readings_of(name: str) -> list[tuple[str, str]]:
    """Return the pairs of folded first and last name that these words can mean.

    >>> readings_of("Okafor, Amara")
    [('amara', 'okafor')]
    >>> readings_of("Amara Okafor")
    [('amara', 'okafor'), ('okafor', 'amara'), ('amaraokafor', ''), ('', 'amaraokafor')]
    """
    if "," in name:
        last, first = name.split(",", maxsplit=1)
        pairs = [(names.fold(first.replace(",", " ")), names.fold(last))]
    else:
        words = name.split()[:6]
        pairs = []
        for place in range(1, len(words)):
            before = names.fold("".join(words[:place]))
            after = names.fold("".join(words[place:]))
            pairs += [(before, after), (after, before)]
        whole = names.fold("".join(words))
        pairs += [(whole, ""), ("", whole)]
    return [pair for pair in dict.fromkeys(pairs) if any(pair)]


def _like(first: str, last: str, *, several_words: bool) -> Q:
    # Several words in one name are looked for as a whole, and more strictly: else
    # "Amara Okafor" would be like every first name Amara and every last name Okafor.
    least = LEAST_OF_A_WHOLE if several_words and not (first and last) else 0
    return _alike("first_name_key", first, least) & _alike("last_name_key", last, least)


def _alike(field: str, word: str, least: float) -> Q:
    """Return the condition that a name is like a word: by an index each time."""
    if not word:
        return Q()
    if least:
        # Never less than the similarity of a whole name to the word: an index that
        # asked for similarity alone would find thousands that are not like enough.
        similar = Q(**{f"{field}__trigram_strict_word_similar": word}) & Q(
            GreaterThanOrEqual(TrigramSimilarity(field, word), Value(least))
        )
    else:
        similar = Q(**{f"{field}__trigram_similar": word})
    return (
        similar
        | Q(**{f"{field}__startswith": word})
        # Two letters swapped in a short name leave hardly any trigram in common.
        | Q(**{f"{field}__in": neighbours_swapped(word)})
    )


def neighbours_swapped(word: str) -> list[str]:
    """Return the word with each two neighbouring letters swapped.

    >>> neighbours_swapped("jhon")
    ['hjon', 'john', 'jhno']
    """
    return [
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
    ]


def _likeness(first: str, last: str) -> Combinable:
    parts = [
        TrigramSimilarity(field, word)
        for field, word in (("first_name_key", first), ("last_name_key", last))
        if word
    ]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]
