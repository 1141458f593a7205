"""What is put into the database: teams, users, schools, children."""

from datetime import date, datetime
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import transaction

from children.models import Child, CohortMembership, Contact
from mavis.demo import catalogue, files, parts, places
from mavis.demo.cast import Part, Record, nhs_number
from mavis.models import EventKind, School, Team, TeamMembership, User
from mavis.rules import academic_year
from mavis.rules.names import fold
from mavis.sign_in import trail


@transaction.atomic
def load(*, folder: Path, at: datetime, today: date, preparation_days: int) -> None:
    """Put the demonstration into the folder and the database, unless it is there.

    What is there stays as it is, whatever has been done with it since; and files that
    are missing are made to fit it.
    """
    year = year_of_loaded()
    is_new = year is None
    if year is None:
        year = academic_year.of_imports(today, preparation_days=preparation_days)
    files.write_all(folder, year=year, replace=is_new)
    if is_new:
        # What it says would be no use to whoever starts a demonstration.
        call_command("load_schools", folder / files.SCHOOLS, stdout=StringIO())
        create_teams(at=at)
        create_users(at=at)
        create_children(year=year, at=at)


def year_of_loaded() -> int | None:
    """Return the academic year of the demonstration in the database, if it is there."""
    part = parts.SETTLED[0]
    born_in = (
        Child.objects.filter(nhs_number=part.person.nhs_number)
        .values_list("birth_academic_year", flat=True)
        .first()
    )
    if born_in is None:
        return None
    # Year groups and birth academic years turn into each other by the same sum.
    return born_in + part.person.born.year_group + 5


def create_teams(*, at: datetime) -> None:
    for planned in places.TEAMS:
        team = Team.objects.create(
            name=planned.name, ods_code=planned.ods_code, workgroup=planned.workgroup
        )
        urns = [school.urn for school in places.SCHOOLS if school.team is planned]
        School.objects.filter(urn__in=urns).update(team=team)
        trail.tell(EventKind.TEAM_CREATED, at=at, team_ids=[team.pk])


def create_users(*, at: datetime) -> None:
    teams = {team.name: team for team in Team.objects.all()}
    for sign_in in catalogue.SIGN_INS:
        user = User(email=sign_in.email, name=sign_in.name)
        user.set_password(sign_in.password)
        user.save()
        team = teams[sign_in.team]
        TeamMembership.objects.create(user=user, team=team, role=sign_in.role)
        trail.tell(EventKind.USER_CREATED, at=at, team_ids=[team.pk], user=user)


def create_children(*, year: int, at: datetime) -> None:
    """Create every record of every part, with its membership and its contact."""
    written = [(part, record) for part in parts.ALL for record in part.records]
    schools = {school.urn: school for school in School.objects.all()}
    teams = {team.workgroup: team for team in Team.objects.all()}
    children = Child.objects.bulk_create(
        [child_of(part, record, schools, year, at) for part, record in written]
    )
    pairs = list(zip(children, (record for _, record in written), strict=True))
    CohortMembership.objects.bulk_create(
        CohortMembership(
            child=child,
            team=teams[record.team.workgroup],
            created_at=at,
            archived_at=at if record.archive_reason else None,
            archive_reason=record.archive_reason,
        )
        for child, record in pairs
    )
    Contact.objects.bulk_create(
        Contact(child=child, **record.contact)
        for child, record in pairs
        if record.contact
    )


def child_of(
    part: Part, record: Record, schools: dict[str, School], year: int, at: datetime
) -> Child:
    """Return the child that Mavis has for a part, not yet saved."""
    person = part.person
    born = person.born.on(year)
    has_number = record.serial is not None
    values = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "gender": person.gender.replace(" ", "_"),
        "address_line_1": person.home,
        "town": person.town,
        "postcode": person.postcode,
        **record.changes,
    }
    return Child(
        **values,
        first_name_key=fold(values["first_name"]),
        last_name_key=fold(values["last_name"]),
        nhs_number=nhs_number(record.serial) if record.serial is not None else None,
        nhs_number_confirmed=has_number,
        date_of_birth=born,
        birth_academic_year=academic_year.containing(born),
        school=schools[record.school.urn] if record.school else None,
        home_educated=record.home_educated,
        created_at=at,
    )
