"""Everything that a commit writes, told without ids, so that two can be compared."""

from children.models import Child, CohortMembership, Contact
from imports.models import CloseMatch, CohortRow
from mavis.models import ActivityEvent, School, Team
from schoolmoves.models import Notice, SchoolMove, SchoolMoveLogEntry

COLUMNS = {
    Child: (
        "first_name", "last_name", "date_of_birth", "gender", "postcode",
        "preferred_first_name", "registration", "nhs_number", "nhs_number_confirmed",
        "school", "deceased",
    ),
    CohortMembership: ("child", "team", "archive_reason"),
    Contact: ("child", "name", "relationship", "phone"),
    CohortRow: (
        "row_number", "outcome", "result", "child", "matched_child", "move", "held",
        "other_team", "differences", "additions",
    ),
    CloseMatch: ("row__row_number", "team"),
    SchoolMove: ("child", "team", "school", "home_educated", "from_team", "state"),
    SchoolMoveLogEntry: (
        "child", "decision", "first_placement", "from_school", "to_school", "to_team",
    ),
    Notice: ("child", "team", "kind"),
    ActivityEvent: ("kind", "child", "team", "row_number", "changes"),
}  # fmt: skip


def dump():
    """Return what each table says: its records in an order of their own."""
    words = _words()
    return {
        model.__name__: sorted(
            str([_told(column, value, words) for column, value in record.items()])
            for record in model.objects.values(*columns)
        )
        for model, columns in COLUMNS.items()
    }


def _words():
    """Return how records that are pointed to are told: by name, or by their order."""
    first_row = min(CohortRow.objects.values_list("row_number", flat=True))
    schools = School.objects.order_by("pk").values_list("pk", flat=True)
    teams = Team.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "child": {
            child.pk: (child.first_name, child.last_name, child.date_of_birth)
            for child in Child.objects.all()
        },
        "school": {pk: f"school {place}" for place, pk in enumerate(schools)},
        "team": {pk: f"team {place}" for place, pk in enumerate(teams)},
        "first_row": first_row,
    }


def _told(column, value, words):
    if value is None:
        return column, None
    if column.endswith("row_number"):
        return column, value - words["first_row"]
    if column == "changes":
        return column, sorted(value)
    # from_team is a team, matched_child a child; anything else is told as it is.
    pointed_to = words.get(column.rpartition("_")[2])
    return column, pointed_to[value] if pointed_to else value
