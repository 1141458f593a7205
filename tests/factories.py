"""One ordinary valid record of each model. Traits are words the nurse would use.

All people are invented, and NHS numbers are of the 999 range, which is never issued.
"""

import datetime
import itertools
from typing import Any

import factory
from factory.django import DjangoModelFactory

from children.models import (
    ArchiveReason,
    Child,
    ChildTrace,
    CohortMembership,
    Contact,
    Gender,
    Relationship,
)
from imports.models import (
    CloseMatch,
    CohortImport,
    CohortRow,
    ImportFile,
    RowError,
    SharedNumber,
)
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.outcomes import Move, Outcome
from mavis.models import Role, School, Team, TeamMembership, User
from mavis.rules import academic_year
from mavis.rules.names import fold
from pds.models import Trace, TraceStep
from pds.rules.cascade import Result, Step
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from schoolmoves.models import (
    Decision,
    MoveSource,
    MoveState,
    Notice,
    NoticeKind,
    SchoolMove,
    SchoolMoveLogEntry,
)

NOW = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
ACADEMIC_YEAR = 2026


def _valid_numbers() -> list[str]:
    numbers = []
    for serial in range(20_000):
        nine = f"999{serial:06}"
        total = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
        check = (11 - total % 11) % 11
        if check != 10:
            numbers.append(f"{nine}{check}")
    return numbers


_NUMBERS = _valid_numbers()


def unissued_nhs_number(serial: int) -> str:
    """Return a number that passes every check and that nobody has.

    Distinct for some 18,000 serial numbers.
    """
    return _NUMBERS[serial % len(_NUMBERS)]


_next_number = itertools.count(5000)


def another_nhs_number() -> str:
    """Return a number that no other call has returned, nor a trait used yet."""
    return unissued_nhs_number(next(_next_number))


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Coverwick and District SAIS team {n}")
    ods_code = factory.Sequence(lambda n: f"R{n:04}")
    workgroup = factory.Sequence(lambda n: f"team{n}")

    class Params:
        with_nursery = factory.Trait(vaccinates_nursery=True)
        with_second_approver = factory.Trait(needs_second_approver=True)


class UserFactory(DjangoModelFactory):
    """A nurse of one team; `team=None` makes a user who has none.

    `password` is given only by a test that signs in by the page: hashing is slow.
    """

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"nurse.{n}@example.com")
    name = factory.Sequence(lambda n: f"Nurse Joy {n}")
    team = factory.SubFactory(TeamFactory)
    role = Role.NURSE
    password = None

    class Params:
        admin = factory.Trait(role=Role.ADMIN)
        superuser = factory.Trait(role=Role.SUPERUSER)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        team, role = kwargs.pop("team"), kwargs.pop("role")
        user = User(email=kwargs.pop("email"), name=kwargs.pop("name"))
        user.set_password(kwargs.pop("password"))  # None: a password that none is
        for name, value in kwargs.items():
            setattr(user, name, value)
        user.save()
        if team is not None:
            TeamMembership.objects.create(user=user, team=team, role=role)
        return user


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    urn = factory.Sequence(lambda n: f"{100_000 + n}")
    name = factory.Sequence(lambda n: f"Hollybrook Academy {n}")
    phase = "All-through"
    type = "Community school"
    low_age = 4
    high_age = 16
    street = "High Street"
    town = "Coverwick"
    postcode = "SW1A 2AA"
    team = factory.SubFactory(TeamFactory)

    class Params:
        special = factory.Trait(type="Community special school", high_age=19)
        is_closed = factory.Trait(closed=True)


class ChildFactory(DjangoModelFactory):
    """A child with the team given: `team=None` for a child in no cohort at all."""

    class Meta:
        model = Child

    first_name = "Amara"
    last_name = "Okafor"
    first_name_key = factory.LazyAttribute(lambda child: fold(child.first_name))
    last_name_key = factory.LazyAttribute(lambda child: fold(child.last_name))
    date_of_birth = datetime.date(2014, 3, 27)
    birth_academic_year = factory.LazyAttribute(
        lambda child: academic_year.containing(child.date_of_birth)
    )
    registration_academic_year = factory.LazyAttribute(
        lambda child: ACADEMIC_YEAR if child.registration else None
    )
    registration = ""
    postcode = "SW1A 1AA"
    school = None
    created_at = NOW
    team = factory.SubFactory(TeamFactory)
    archived = None

    class Params:
        # PDS has confirmed the NHS number.
        traced = factory.Trait(
            nhs_number=factory.Sequence(unissued_nhs_number), nhs_number_confirmed=True
        )
        with_address = factory.Trait(
            address_line_1="1 High Street", town="London", gender=Gender.FEMALE
        )
        is_restricted = factory.Trait(restricted=True)
        is_deceased = factory.Trait(
            deceased=True,
            date_of_death=datetime.date(2026, 10, 1),
            archived=ArchiveReason.DECEASED,
        )
        moved_away = factory.Trait(archived=ArchiveReason.MOVED_OUT_OF_AREA)

    @classmethod
    def _create(cls, model_class: type[Child], *args: Any, **kwargs: Any) -> Child:
        team, archived = kwargs.pop("team"), kwargs.pop("archived")
        child: Child = super()._create(model_class, *args, **kwargs)
        if team is not None:
            CohortMembershipFactory(child=child, team=team, reason=archived)
        return child


class CohortMembershipFactory(DjangoModelFactory):
    """An active membership; archived when a reason is given."""

    class Meta:
        model = CohortMembership
        exclude = ("reason",)

    reason = None
    child = factory.SubFactory(ChildFactory, team=None)
    team = factory.SubFactory(TeamFactory)
    created_at = NOW
    archived_at = factory.LazyAttribute(lambda o: NOW if o.reason else None)
    archive_reason = factory.LazyAttribute(lambda o: o.reason or "")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    child = factory.SubFactory(ChildFactory)
    name = "Ngozi Okafor"
    relationship = Relationship.MOTHER
    phone = "+447700900123"
    email = "ngozi@example.com"


class TraceFactory(DjangoModelFactory):
    """A lookup of which nothing came; give `child` for one about a child."""

    class Meta:
        model = Trace

    at = NOW
    outcome = TraceOutcome.NOT_FOUND
    uploaded_number = UploadedNumber.NONE
    child = None

    @classmethod
    def _create(cls, model_class: type[Trace], *args: Any, **kwargs: Any) -> Trace:
        child = kwargs.pop("child")
        trace: Trace = super()._create(model_class, *args, **kwargs)
        if child is not None:
            ChildTrace.objects.create(child=child, trace=trace)
        return trace


class TraceStepFactory(DjangoModelFactory):
    class Meta:
        model = TraceStep

    trace = factory.SubFactory(TraceFactory)
    position = factory.Sequence(lambda n: n)
    step = Step.EXACT
    result = Result.NO_MATCHES
    at = NOW


class CohortImportFactory(DjangoModelFactory):
    """An upload of which nothing has been read. Give rows with CohortRowFactory."""

    class Meta:
        model = CohortImport

    team = factory.SubFactory(TeamFactory)
    academic_year = ACADEMIC_YEAR
    uploaded_by = factory.SubFactory(UserFactory, team=factory.SelfAttribute("..team"))
    uploaded_at = NOW
    stage_started_at = NOW
    row_count = 1
    status = Status.UPLOADED

    class Params:
        invalid = factory.Trait(status=Status.INVALID)
        tracing = factory.Trait(status=Status.TRACING)
        matching = factory.Trait(status=Status.MATCHING)
        in_review = factory.Trait(status=Status.IN_REVIEW)
        approved = factory.Trait(
            approved_by=factory.SelfAttribute("uploaded_by"), approved_at=NOW
        )
        committing = factory.Trait(approved=True, status=Status.COMMITTING)
        in_further_review = factory.Trait(
            approved=True, status=Status.IN_FURTHER_REVIEW
        )
        completed = factory.Trait(approved=True, status=Status.COMPLETED)
        partially_completed = factory.Trait(
            approved=True, status=Status.PARTIALLY_COMPLETED
        )
        cancelled = factory.Trait(status=Status.CANCELLED)
        failed = factory.Trait(
            status=Status.FAILED, failure_reason=FailureReason.LOW_MATCH_RATE
        )


class ImportFileFactory(DjangoModelFactory):
    """A file's name and size, without its content: see imports.files for that."""

    class Meta:
        model = ImportFile

    cohort_import = factory.SubFactory(CohortImportFactory)
    name = "cohort.csv"
    format = "csv"
    size = 1000
    sha256 = factory.Sequence(lambda n: f"{n:064}")


class CohortRowFactory(DjangoModelFactory):
    """A row as read: the child that ChildFactory makes, at no known school.

    PDS has been asked and does not know the child, unless a trait says otherwise.
    """

    class Meta:
        model = CohortRow

    cohort_import = factory.SubFactory(CohortImportFactory)
    row_number = factory.Sequence(lambda n: n + 2)
    first_name = "Amara"
    last_name = "Okafor"
    first_name_key = factory.LazyAttribute(lambda row: fold(row.first_name))
    last_name_key = factory.LazyAttribute(lambda row: fold(row.last_name))
    date_of_birth = datetime.date(2014, 3, 27)
    birth_academic_year = factory.LazyAttribute(
        lambda row: academic_year.containing(row.date_of_birth)
    )
    postcode = "SW1A 1AA"
    trace_outcome = TraceOutcome.NOT_FOUND
    uploaded_number = UploadedNumber.NONE

    class Params:
        # PDS has not been asked yet.
        untraced = factory.Trait(trace_outcome="", uploaded_number="")
        # PDS found the number of a row that had none.
        found = factory.Trait(
            trace_outcome=TraceOutcome.FOUND,
            nhs_number=factory.Sequence(unissued_nhs_number),
            nhs_number_confirmed=True,
        )
        # The number in the file is the one that PDS has.
        verified = factory.Trait(
            found=True,
            nhs_number_uploaded=factory.SelfAttribute("nhs_number"),
            uploaded_number=UploadedNumber.VERIFIED,
        )
        # PDS gave another number than the file: a discrepancy.
        replaced = factory.Trait(
            found=True,
            nhs_number_uploaded=factory.Sequence(
                lambda n: unissued_nhs_number(n + 9000)
            ),
            uploaded_number=UploadedNumber.REPLACED,
        )
        # The number in the file serves, although PDS does not hold it.
        not_held = factory.Trait(
            nhs_number=factory.Sequence(unissued_nhs_number),
            nhs_number_uploaded=factory.SelfAttribute("nhs_number"),
            uploaded_number=UploadedNumber.NOT_HELD,
        )
        new = factory.Trait(outcome=Outcome.NEW, move=Move.AT_ONCE)
        already_in_mavis = factory.Trait(
            outcome=Outcome.ALREADY_IN_MAVIS, move=Move.NONE
        )
        close_match = factory.Trait(outcome=Outcome.CLOSE_MATCH, move=Move.NONE)
        not_imported = factory.Trait(outcome=Outcome.NOT_IMPORTED, move=Move.NONE)


class RowErrorFactory(DjangoModelFactory):
    class Meta:
        model = RowError

    cohort_import = factory.SubFactory(CohortImportFactory, invalid=True)
    row_number = 2
    column = "CHILD_FIRST_NAME"
    code = "blank"
    message = "Enter a first name"

    class Params:
        warning = factory.Trait(is_warning=True)


class CloseMatchFactory(DjangoModelFactory):
    class Meta:
        model = CloseMatch

    row = factory.SubFactory(CohortRowFactory, close_match=True)
    team = factory.SelfAttribute("row.cohort_import.team")
    raised_at = NOW


class SchoolMoveFactory(DjangoModelFactory):
    """An open move, within one team, to another of its schools."""

    class Meta:
        model = SchoolMove

    team = factory.SubFactory(TeamFactory)
    child = factory.SubFactory(ChildFactory, team=factory.SelfAttribute("..team"))
    school = factory.SubFactory(SchoolFactory, team=factory.SelfAttribute("..team"))
    academic_year = ACADEMIC_YEAR
    source = MoveSource.COHORT
    state = MoveState.OPEN
    updated_at = NOW

    class Params:
        waiting = factory.Trait(state=MoveState.WAITING)
        confirmed = factory.Trait(state=MoveState.CONFIRMED, decided_at=NOW)
        ignored = factory.Trait(state=MoveState.IGNORED, decided_at=NOW)


class SchoolMoveLogEntryFactory(DjangoModelFactory):
    """A confirmed move within one team, from one of its schools to another."""

    class Meta:
        model = SchoolMoveLogEntry

    to_team = factory.SubFactory(TeamFactory)
    from_team = factory.SelfAttribute("to_team")
    child = factory.SubFactory(ChildFactory, team=factory.SelfAttribute("..to_team"))
    from_school = factory.SubFactory(
        SchoolFactory, team=factory.SelfAttribute("..from_team")
    )
    to_school = factory.SubFactory(
        SchoolFactory, team=factory.SelfAttribute("..to_team")
    )
    decision = Decision.CONFIRMED
    academic_year = ACADEMIC_YEAR
    at = NOW


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    team = factory.SubFactory(TeamFactory)
    child = factory.SubFactory(ChildFactory, team=factory.SelfAttribute("..team"))
    kind = NoticeKind.RESTRICTED
    at = NOW


class SharedNumberFactory(DjangoModelFactory):
    """A child whose number PDS has replaced by one that another child has.

    Both are with the team of the first, unless the other is given.
    """

    class Meta:
        model = SharedNumber

    child = factory.SubFactory(
        ChildFactory,
        nhs_number=factory.LazyFunction(another_nhs_number),
        nhs_number_confirmed=True,
    )
    number_of_child = factory.SelfAttribute("child.nhs_number")
    other_child = factory.LazyAttribute(
        lambda shared: ChildFactory(
            nhs_number=another_nhs_number(),
            nhs_number_confirmed=True,
            team=shared.child.memberships.get().team,
        )
    )
    nhs_number = factory.SelfAttribute("other_child.nhs_number")
    raised_at = NOW
