"""Refreshing children from PDS: each sweep, how fresh each child is, and what a
person has to decide about it (spec section 14)."""

from django.db import models
from django.db.models import F, Q

from children.models import Child
from imports.models.choices import choices
from imports.rules.refreshing import NumberResolution
from mavis.models import User


class RefreshRun(models.Model):
    """One sweep over the children who have not been refreshed for 12 hours."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    refreshed = models.PositiveIntegerField(default=0)
    # Of the refreshed: about whom PDS said something new.
    changed = models.PositiveIntegerField(default=0)
    # PDS gave no answer about these; they are tried again in the next sweep.
    failed = models.PositiveIntegerField(default=0)
    pds_calls = models.PositiveIntegerField(default=0)
    waiting_for_pds_since = models.DateTimeField(null=True)
    refused_by_pds = models.BooleanField(default=False)

    # --- Which worker holds it; see imports.refresh_lease ---
    lease_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    # Not to be taken on before then: PDS is down, or imports go first.
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at=None),
                nulls_distinct=False,
                name="refresh_run_unfinished_is_one",
            ),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_expires_at=None)
                | Q(lease_token__isnull=False, lease_expires_at__isnull=False),
                name="refresh_run_lease_has_token_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"refresh run {self.pk}"


class ChildRefresh(models.Model):
    """When a child was last refreshed from PDS.

    Apart from the child's record, whose many indexes would be written each time.
    """

    child = models.OneToOneField(
        Child, on_delete=models.PROTECT, primary_key=True, related_name="refresh"
    )
    # When the record was made, for a child who has never been refreshed.
    refreshed_at = models.DateTimeField(db_index=True)
    # PDS gave no answer then.
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"refresh of child {self.child_id}"


class SharedNumber(models.Model):
    """PDS has given a child the number of another one: a person decides what they are.

    The team that has the child decides. It is settled by itself once the other child
    has another number, or either record has been merged.
    """

    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, related_name="shared_numbers"
    )
    # What the child had when PDS said so; and with another it is settled.
    number_of_child = models.CharField(max_length=10)
    # Who has the number that PDS gave it.
    other_child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    nhs_number = models.CharField(max_length=10)
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolution = models.CharField(
        max_length=20, choices=choices(NumberResolution), blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(resolved_at=None),
                name="child_shares_one_number_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(child=F("other_child")),
                name="shared_number_is_of_two_children",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, resolution="")
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    resolution__in=list(NumberResolution),
                ),
                name="shared_number_resolved_has_who_when_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"shared number {self.pk}"
