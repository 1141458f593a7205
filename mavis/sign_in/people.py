"""Who somebody is in Mavis whom NHS CIS2 knows, and in which teams they work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from mavis.models import EventKind, Team, TeamMembership, User
from mavis.rules.cis2 import role_in_mavis, selected_role
from mavis.sign_in import trail

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
def user_for(person: Person, *, works: "Works", at: datetime) -> User:
    """Return the user for a person, who is made if this is the first time.

    Never the user of the same email address: whoever could have that address changed
    would be somebody else in Mavis. An address that is another user's is not kept.
    """
    user, is_new = User.objects.get_or_create(
        issuer=person.issuer,
        subject=person.subject,
        defaults={"name": person.name, "password": unusable()},
    )
    email = person.email.strip().lower() or None
    if email and User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        email = None
    changes = {
        name: (getattr(user, name) or "", said or "")
        for name, said in (("name", person.name), ("email", email))
        if getattr(user, name) != said
    }
    if changes:
        user.name, user.email = person.name, email
        user.save(update_fields=["name", "email"])
    if is_new:
        trail.tell(EventKind.USER_CREATED, at=at, team_ids=works.team_ids, by=user)
    elif changes:
        trail.tell(
            EventKind.USER_CHANGED,
            at=at,
            team_ids=works.team_ids,
            by=user,
            changes=changes,
        )
    return user


def unusable() -> str:
    """Return what stands for a password where there is none."""
    nobody = User()
    nobody.set_unusable_password()
    return nobody.password


@dataclass(frozen=True, slots=True)
class Works:
    """In which teams somebody works, and as what, if NHS CIS2 says so."""

    role: str | None
    team_ids: tuple[int, ...]


def works(claims: Mapping[str, object]) -> Works:
    """Return in which teams somebody works, and as what.

    A team is that of a workgroup of the role that they selected, in the organisation
    that gave it: workgroups of two organisations may have one name.
    """
    selected = selected_role(claims)
    role = role_in_mavis(selected) if selected else None
    if not selected or not role:
        return Works(role, ())
    found = Team.objects.filter(
        workgroup__in=selected.workgroups, ods_code__iexact=selected.organisation
    )
    return Works(role, tuple(found.values_list("pk", flat=True)))


def work_in(session: SessionBase, works: Works) -> None:
    """Keep in a new session in which teams somebody works, and as what."""
    session[SAID] = {"role": works.role, "teams": list(works.team_ids)}


def memberships_of(user: User, session: SessionBase) -> tuple[TeamMembership, ...]:
    """Return what a session of NHS CIS2 makes somebody, in order of team name.

    It is only for this session, so none of these is in the database.
    """
    said = session.get(SAID, {"teams": []})
    teams = Team.objects.filter(pk__in=said["teams"]).order_by("name", "pk")
    return tuple(
        TeamMembership(user=user, team=team, role=said["role"]) for team in teams
    )
