"""`create_user`: a user, in a team. For one who is there already: in one team more."""

import argparse
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from mavis import clock
from mavis.audit import Changes
from mavis.management.plain import PlainCommand
from mavis.models import EventKind, Role, Team, TeamMembership, User
from mavis.sign_in import trail


class Command(PlainCommand):
    help = "Create a user, or put one who is there already in one more team."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--team", required=True, metavar="WORKGROUP")
        parser.add_argument(
            "--password",
            metavar="-",
            help="- reads the password from standard input; without it, the user "
            "cannot sign in with one",
        )

    @transaction.atomic
    def handle(
        self,
        *,
        email: str,
        name: str,
        role: str,
        team: str,
        password: str | None,
        **_options: object,
    ) -> None:
        email = email.strip().lower()
        working_in = Team.objects.filter(workgroup=team).first()
        if working_in is None:
            self.stop(f"There is no team with the workgroup {team}.")
        user = User.objects.filter(email=email).first() or User(email=email)
        is_new, name_before = user.pk is None, user.name
        if user.pk and user.memberships.filter(team=working_in).exists():
            self.stop(f"There is already a user {email} in the team {team}.")
        user.name = name.strip()
        self.set_password(user, password)
        self.check_fields(user)
        user.save()
        TeamMembership.objects.create(user=user, team=working_in, role=role)
        changes: dict[str, tuple[str, str]] = {}
        if not is_new and user.name != name_before:
            changes["name"] = (name_before, user.name)
        if not is_new and password is not None:
            changes["password"] = ("the old one", "a new one")
        self.tell(user, working_in, Role(role), is_new=is_new, changes=changes)
        self.stdout.write(f"Created the user {email}, {role} in the team {team}.")

    def tell(
        self, user: User, team: Team, role: Role, *, is_new: bool, changes: Changes
    ) -> None:
        """Add to the log of each team what concerns it."""
        now = clock.now()
        kind = EventKind.USER_CREATED if is_new else EventKind.USER_CHANGED
        here = {"role": ("", role.label), **changes}
        trail.tell(kind, at=now, team_ids=[team.pk], user=user, changes=here)
        others = [each for each in trail.teams_of(user) if each != team.pk]
        if changes and others:
            trail.tell(kind, at=now, team_ids=others, user=user, changes=changes)

    def set_password(self, user: User, password: str | None) -> None:
        """Give the user the password that stands on standard input, if asked to."""
        if password is None:
            if not user.pk:
                user.set_unusable_password()
            return
        if password != "-":  # noqa: S105 - the sign for standard input
            self.stop("Write --password - and give the password on standard input.")
        given = sys.stdin.readline().rstrip("\r\n")
        try:
            validate_password(given, user)
        except ValidationError as refused:
            self.stop(" ".join(refused.messages))
        user.set_password(given)
