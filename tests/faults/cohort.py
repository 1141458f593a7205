"""The file that is imported while things break, and what must have come of it."""

import csv
import datetime
import io
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from children.models import Child, CohortMembership, Contact
from imports.models import CloseMatch, CohortImport, CohortRow, ImportFileChunk
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Result
from mavis.models import ActivityEvent, EventKind, School, Team
from mavis.rules import academic_year
from mavis.rules.names import fold
from pds.models import Trace
from pds.rules.outcomes import TraceSource
from schoolmoves.models import MoveState, SchoolMove
from tests.factories import NOW, unissued_nhs_number

HEADER = (
    *("CHILD_SCHOOL_URN", "CHILD_FIRST_NAME", "CHILD_LAST_NAME"),
    *("CHILD_DATE_OF_BIRTH", "CHILD_POSTCODE", "CHILD_NHS_NUMBER"),
    *("CHILD_ADDRESS_LINE_1", "CHILD_TOWN", "CHILD_REGISTRATION"),
    *("PARENT_1_NAME", "PARENT_1_RELATIONSHIP", "PARENT_1_EMAIL"),
)
# What becomes of every tenth row; the others are children who are new.
NEW = "new"
GAINS_AN_ADDRESS = "gains an address"
LIVED_ELSEWHERE = "lived elsewhere"
CHANGES_SCHOOL = "changes school"
KINDS = {1: GAINS_AN_ADDRESS, 2: LIVED_ELSEWHERE, 3: CHANGES_SCHOOL}
RESULTS = {
    NEW: Result.NEW,
    GAINS_AN_ADDRESS: Result.UPDATED,
    LIVED_ELSEWHERE: Result.CLOSE_MATCH,
    CHANGES_SCHOOL: Result.UPDATED,
}
PATH = [
    Status.TRACING,
    Status.MATCHING,
    Status.IN_REVIEW,
    Status.COMMITTING,
    Status.COMPLETED,
]


@dataclass(frozen=True)
class Cohort:
    """Children whom PDS knows, some of whom are in Mavis already."""

    people: Sequence[Mapping[str, str]]
    school_urn: str

    @property
    def kinds(self) -> Counter[str]:
        return Counter(kind_of(serial) for serial in range(len(self.people)))

    def file(self) -> io.BytesIO:
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerow(HEADER)
        for serial, person in enumerate(self.people):
            lines.writerow(
                (
                    *(self.school_urn, person["GIVEN_NAME"], person["FAMILY_NAME"]),
                    *(person["DATE_OF_BIRTH"], person["POSTCODE"]),
                    *(person["NHS_NUMBER"], "1 High Street", "Coverwick", "8T5"),
                    *(f"Parent {person['FAMILY_NAME']}", "Mum"),
                    f"parent.{serial}@example.com",
                )
            )
        return io.BytesIO(text.getvalue().encode())


def kind_of(serial: int) -> str:
    return KINDS.get(serial % 10, NEW)


def cohort(rows: int, *, first: int = 0, school_urn: str = "100001") -> Cohort:
    """Invent so many children, who share nothing that could be taken for another's.

    :param first: another number, and they are other children
    """
    return Cohort([person(first + serial) for serial in range(rows)], school_urn)


def person(serial: int) -> dict[str, str]:
    letters = random.Random(serial)

    def name(length: int) -> str:
        return "".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=length)).title()

    born = datetime.date(2012, 9, 2) + datetime.timedelta(days=serial % 1500)
    unit = "ABDEFGHJLNPQRSTUWXYZ"
    return {
        "NHS_NUMBER": unissued_nhs_number(serial),
        "FAMILY_NAME": name(12),
        "GIVEN_NAME": name(10),
        "DATE_OF_BIRTH": born.isoformat(),
        "POSTCODE": f"SW1A {serial // 400 % 9 + 1}{unit[serial % 20]}"
        f"{unit[serial // 20 % 20]}",
    }


def put_into_mavis(cohort: Cohort, team: Team) -> None:
    """Create the schools, and those children who are there before the import."""
    school = School.objects.create(
        urn=cohort.school_urn, name="Hollybrook Academy", team=team, **SCHOOL
    )
    other = School.objects.create(
        urn=f"{int(cohort.school_urn) + 1}", name="Otherbrook", team=team, **SCHOOL
    )
    known = [
        (kind_of(serial), person)
        for serial, person in enumerate(cohort.people)
        if kind_of(serial) != NEW
    ]
    children = Child.objects.bulk_create(
        child_of(
            person,
            postcode="LS1 4AP" if kind == LIVED_ELSEWHERE else person["POSTCODE"],
            school=other if kind == CHANGES_SCHOOL else school,
        )
        for kind, person in known
    )
    CohortMembership.objects.bulk_create(
        CohortMembership(child=child, team=team, created_at=NOW) for child in children
    )


SCHOOL = {
    "phase": "All-through",
    "type": "Community school",
    "low_age": 4,
    "high_age": 19,
    "street": "High Street",
    "town": "Coverwick",
    "postcode": "SW1A 2AA",
}


def child_of(person: Mapping[str, str], *, postcode: str, school: School) -> Child:
    born = datetime.date.fromisoformat(person["DATE_OF_BIRTH"])
    return Child(
        nhs_number=person["NHS_NUMBER"],
        nhs_number_confirmed=True,
        first_name=person["GIVEN_NAME"],
        last_name=person["FAMILY_NAME"],
        first_name_key=fold(person["GIVEN_NAME"]),
        last_name_key=fold(person["FAMILY_NAME"]),
        date_of_birth=born,
        birth_academic_year=academic_year.containing(born),
        postcode=postcode,
        school=school,
        created_at=NOW,
    )


def check_every_row_once(cohort: Cohort, cohort_import: CohortImport) -> None:
    """Check that all of a completed import is there once, and nothing besides."""
    cohort_import.refresh_from_db()
    kinds, count = cohort.kinds, len(cohort.people)
    assert cohort_import.status == Status.COMPLETED
    assert (cohort_import.lease_token, cohort_import.faults_in_a_row) == (None, 0)
    path = cohort_import.transitions.order_by("pk").values_list("became", flat=True)
    assert list(path) == PATH

    rows = CohortRow.objects.filter(cohort_import=cohort_import)
    numbers = rows.order_by("row_number").values_list("row_number", flat=True)
    assert list(numbers) == list(range(2, count + 2))
    expected: Counter[Any] = Counter()
    for kind, many in kinds.items():
        expected[RESULTS[kind]] += many
    assert Counter(rows.values_list("result", flat=True)) == expected
    assert not rows.filter(committed_at=None).exists()
    assert not rows.filter(held=True).exists()

    ours = [person["NHS_NUMBER"] for person in cohort.people]
    children = Child.objects.filter(nhs_number__in=ours)
    assert children.count() == count
    assert Child.objects.filter(created_by_import=cohort_import).count() == kinds[NEW]
    memberships = CohortMembership.objects.filter(child__in=children, archived_at=None)
    assert memberships.count() == count
    touched = count - kinds[LIVED_ELSEWHERE]
    assert rows.values("child").exclude(child=None).distinct().count() == touched
    assert Contact.objects.filter(child__in=children).count() == touched
    moves = SchoolMove.objects.filter(child__in=children, state=MoveState.OPEN)
    assert moves.count() == kinds[CHANGES_SCHOOL]
    matches = CloseMatch.objects.filter(row__in=rows)
    assert matches.count() == kinds[LIVED_ELSEWHERE]
    told = ActivityEvent.objects.filter(cohort_import=cohort_import)
    of_rows = told.exclude(row_number=None).values_list("kind", "row_number")
    assert len(set(of_rows)) == len(of_rows)
    assert Counter(kind for kind, _row in of_rows) == {
        EventKind.IMPORTED: kinds[NEW],
        EventKind.UPDATED_BY_IMPORT: kinds[GAINS_AN_ADDRESS] + kinds[CHANGES_SCHOOL],
        EventKind.CLOSE_MATCH_RAISED: kinds[LIVED_ELSEWHERE],
        EventKind.MOVE_PROPOSED: kinds[CHANGES_SCHOOL],
    }
    # One lookup a row: those that a fault has cut off have left nothing behind.
    assert rows.values("trace").exclude(trace=None).distinct().count() == count
    check_no_orphans()


def check_no_orphans() -> None:
    """Check that nothing is left of what was begun and not finished."""
    in_rows = CohortRow.objects.exclude(trace=None).values("trace")
    # The scheduler has children refreshed from PDS, too.
    traces = Trace.objects.filter(source=TraceSource.IMPORT)
    assert not traces.exclude(pk__in=in_rows).exists()
    assert not Child.objects.filter(memberships=None).exists()
    for file in ImportFileChunk.objects.values("file").annotate(many=Count("pk")):
        positions = ImportFileChunk.objects.filter(file=file["file"])
        assert sorted(positions.values_list("position", flat=True)) == list(
            range(file["many"])
        )
    assert not CohortImport.objects.filter(file=None).exists()
