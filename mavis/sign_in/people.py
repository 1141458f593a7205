"""Who somebody is in Mavis whom NHS CIS2 knows, and in which teams they work."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from mavis.models import Team, TeamMembership, User
from mavis.rules.cis2 import role_in_mavis, selected_role

# Where the session keeps what NHS CIS2 said: {"role": …, "teams": [ids]}.
SAID = "cis2"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as NHS CIS2 describes them: `issuer` and `subject` say who it is."""

    issuer: str
    subject: str
    name: str
    email: str


@transaction.atomic
def user_for(person: Person) -> User:
    """Return the user for a person, who is made if this is the first time.

    Never the user of the same email address: whoever could have that address changed
    would be somebody else in Mavis. An address that is another user's is not kept.
    """
    user, _ = User.objects.get_or_create(
        issuer=person.issuer,
        subject=person.subject,
        defaults={"name": person.name, "password": unusable()},
    )
    email = person.email.strip().lower() or None
    if email and User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        email = None
    if (user.name, user.email) != (person.name, email):
        user.name, user.email = person.name, email
        user.save(update_fields=["name", "email"])
    return user


def unusable() -> str:
    """Return what stands for a password where there is none."""
    nobody = User()
    nobody.set_unusable_password()
    return nobody.password


def work_in(session: SessionBase, claims: Mapping[str, object]) -> None:
    """Keep in a new session in which teams somebody works, and as what.

    A team is that of a workgroup of the role that they selected, in the organisation
    that gave it: workgroups of two organisations may have one name.
    """
    selected = selected_role(claims)
    role = role_in_mavis(selected) if selected else None
    teams: list[int] = []
    if selected and role:
        teams = list(
            Team.objects.filter(
                workgroup__in=selected.workgroups,
                ods_code__iexact=selected.organisation,
            ).values_list("pk", flat=True)
        )
    session[SAID] = {"role": role, "teams": teams}


def memberships_of(user: User, session: SessionBase) -> tuple[TeamMembership, ...]:
    """Return what a session of NHS CIS2 makes somebody, in order of team name.

    It is only for this session, so none of these is in the database.
    """
    said = session.get(SAID, {"teams": []})
    teams = Team.objects.filter(pk__in=said["teams"]).order_by("name", "pk")
    return tuple(
        TeamMembership(user=user, team=team, role=said["role"]) for team in teams
    )
