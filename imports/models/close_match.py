"""A committed row that waits for a person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from children.models import Child
from imports.models.choices import choices
from imports.models.cohort_row import CohortRow
from imports.rules.resolutions import Resolution
from mavis.models import Team, User


class CloseMatch(models.Model):
    """A committed row that a person must compare with a child."""

    row = models.OneToOneField(
        CohortRow, on_delete=models.PROTECT, related_name="close_match"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="close_matches"
    )
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolution = models.CharField(
        max_length=20, choices=choices(Resolution), blank=True
    )
    # Whom the row was said to be about: an existing child, or the one made from it.
    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # What the existing record took from the row: names of imports.rules.differences.
    fields_taken = ArrayField(models.CharField(max_length=30), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    resolved_at=None, resolved_by=None, resolution="", child=None
                )
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    resolution__in=list(Resolution),
                    child__isnull=False,
                ),
                name="close_match_resolved_has_who_when_and_how",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "raised_at"],
                condition=Q(resolved_at=None),
                name="open_close_match_by_team",
            ),
        ]

    def __str__(self) -> str:
        return f"close match {self.pk}"
