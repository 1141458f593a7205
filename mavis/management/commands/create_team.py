"""`create_team`: a team and its schools."""

import argparse

from django.db import transaction

from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.models import EventKind, School, Team
from mavis.pages import count_of
from mavis.sign_in import trail


class Command(PlainCommand):
    help = "Create a team, and give it its schools."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--ods", required=True, help="the organisation's ODS code")
        parser.add_argument("--workgroup", required=True, help="by which it is known")
        parser.add_argument(
            "--school", action="append", default=[], metavar="URN", help="any number"
        )
        parser.add_argument(
            "--nursery", action="store_true", help="it vaccinates nursery children"
        )
        parser.add_argument(
            "--second-approver",
            action="store_true",
            help="whoever uploads a file cannot also approve it",
        )

    @transaction.atomic
    def handle(
        self,
        *,
        name: str,
        ods: str,
        workgroup: str,
        school: list[str],
        nursery: bool,
        second_approver: bool,
        **_options: object,
    ) -> None:
        team = Team(
            name=name.strip(),
            ods_code=ods.strip(),
            workgroup=workgroup.strip(),
            vaccinates_nursery=nursery,
            needs_second_approver=second_approver,
        )
        self.check_fields(team)
        if Team.objects.filter(workgroup=team.workgroup).exists():
            self.stop(f"There is already a team with the workgroup {team.workgroup}.")
        schools = School.objects.select_for_update().filter(urn__in=school)
        self.check_schools(school, {each.urn: each for each in schools})
        team.save()
        given = schools.update(team=team)
        trail.tell(
            EventKind.TEAM_CREATED,
            at=clock.now(),
            team_ids=[team.pk],
            changes={"schools": ("", str(given))},
        )
        self.stdout.write(
            f"Created the team {team.name}, with {count_of(given, 'school')}."
        )

    def check_schools(self, urns: list[str], found: dict[str, School]) -> None:
        """Stop unless every one of the schools is known and no other team's."""
        for urn in urns:
            if urn not in found:
                self.stop(
                    f"There is no school with the URN {urn}: load it with load_schools."
                )
            if found[urn].team_id is not None:
                self.stop(f"The school with the URN {urn} belongs to another team.")
