"""Changes of school that are proposed, decided and logged, and notices to teams."""

from django.db import models
from django.db.models import Q

from children.models import Child
from mavis.models import School, Team, User


class MoveState(models.TextChoices):
    OPEN = "open", "Open"
    # Another receiving team has asked for the child; this one stands behind it.
    WAITING = "waiting", "Waiting"
    CONFIRMED = "confirmed", "Confirmed"
    IGNORED = "ignored", "Ignored"
    # A later file contradicted it.
    CLEARED = "cleared", "Cleared"


class MoveSource(models.TextChoices):
    COHORT = "cohort", "Cohort updated"
    EDIT = "edit", "Record edited"


class SchoolMove(models.Model):
    """A proposed change of school. Its receiving team alone sees and decides it.

    The proposed place is a school, home education, or (neither) not known.
    """

    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, related_name="school_moves"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+"
    )
    home_educated = models.BooleanField(default=False)
    # The team that has the child, when it is another one.
    from_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+"
    )
    academic_year = models.SmallIntegerField()
    source = models.CharField(max_length=10, choices=MoveSource.choices)
    state = models.CharField(
        max_length=10, choices=MoveState.choices, default=MoveState.OPEN
    )
    updated_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(state="open"),
                name="child_has_one_open_school_move",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MoveState.values),
                name="school_move_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(home_educated=False) | Q(school=None),
                name="school_move_is_to_school_or_home",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], decided_at=None)
                | (~Q(state__in=["open", "waiting"]) & Q(decided_at__isnull=False)),
                name="school_move_decided_has_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "-updated_at"],
                condition=Q(state="open"),
                name="open_school_move_by_team",
            ),
        ]

    def __str__(self) -> str:
        return f"school move {self.pk}"


class Decision(models.TextChoices):
    AT_ONCE = "at_once", "At once"
    CONFIRMED = "confirmed", "Confirmed"
    IGNORED = "ignored", "Ignored"
    CLEARED = "cleared", "Cleared"


class SchoolMoveLogEntry(models.Model):
    """One decision about one child's school. Rows are added and never changed."""

    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, related_name="school_move_log"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices)
    # A child's first place is not a move, and is left out of the download.
    first_placement = models.BooleanField(default=False)
    from_school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+"
    )
    from_home_educated = models.BooleanField(default=False)
    from_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+"
    )
    to_school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+"
    )
    to_home_educated = models.BooleanField(default=False)
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    academic_year = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values),
                name="school_move_decision_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"school move log entry {self.pk}"


class NoticeKind(models.TextChoices):
    DECEASED = "deceased", "Child has died"
    RESTRICTED = "restricted", "Child’s record is restricted"
    MOVED_AWAY = "moved_away", "Child moved to another team’s area"
    NHS_NUMBER_INVALIDATED = "nhs_number_invalidated", "NHS number is no longer valid"
    # PDS has confirmed it for another child, who has it now.
    NHS_NUMBER_REMOVED = "nhs_number_removed", "NHS number belongs to another child"


class Notice(models.Model):
    """Something a team has to know about a child. A superuser dismisses it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="notices")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30, choices=NoticeKind.choices)
    # The team that now has the child (moved_away).
    new_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values), name="notice_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                name="notice_dismissed_by_and_at_go_together",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
