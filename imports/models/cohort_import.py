"""A cohort import, its statuses and its file."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from imports.models.choices import choices
from imports.rules import lifecycle
from imports.rules.lifecycle import FailureReason, Status
from mavis.models import Team, User


class StatusChanged(Exception):
    """The import is no longer in the status we read: someone else changed it."""


class CohortImport(models.Model):
    """One uploaded cohort file, from upload to commit.

    `status` is written by change_status() and by nothing else.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="imports")
    academic_year = models.SmallIntegerField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    status = models.CharField(
        max_length=20, choices=choices(Status), default=Status.UPLOADED
    )
    # Why it failed, and what to quote to support when that was a fault. A fault
    # while committing leaves a reference too.
    failure_reason = models.CharField(
        max_length=20, choices=choices(FailureReason), blank=True
    )
    fault_reference = models.CharField(max_length=20, blank=True)
    row_count = models.PositiveIntegerField()
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)

    # --- How far the present stage has come ---
    stage_started_at = models.DateTimeField()
    rows_done = models.PositiveIntegerField(default=0)
    # When PDS stopped answering; blank while it answers.
    waiting_for_pds_since = models.DateTimeField(null=True)
    # It answers, but does not accept our key or our rights: someone has to act.
    refused_by_pds = models.BooleanField(default=False, db_default=False)
    pds_calls = models.PositiveIntegerField(default=0)
    # How often the rows in error were all tried again for the 70% rule.
    trace_rounds = models.PositiveSmallIntegerField(default=0)
    seconds_reading = models.FloatField(default=0)
    seconds_tracing = models.FloatField(default=0)
    seconds_matching = models.FloatField(default=0)
    seconds_committing = models.FloatField(default=0)

    # How many children its rows were compared with, counted when matching began: the
    # more there are, the more must speak for a possible match by similarity.
    pool_size = models.PositiveIntegerField(null=True)
    # As of which change of a child (the last before matching began), when, and by
    # which rules its rows were worked out: see imports.stages.concerned.
    worked_out_as_of = models.PositiveBigIntegerField(null=True)
    worked_out_at = models.DateTimeField(null=True)
    worked_out_by = models.CharField(max_length=64, blank=True, db_default="")

    # --- Which worker holds it; see imports.pipeline ---
    lease_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    # Not to be taken on before then: PDS is down, or a slice met a fault.
    not_before = models.DateTimeField(null=True)
    faults_in_a_row = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(Status)),
                name="cohort_import_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="cohort_import_approved_by_and_at_go_together",
            ),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_expires_at=None)
                | Q(lease_token__isnull=False, lease_expires_at__isnull=False),
                name="cohort_import_lease_has_token_and_end",
            ),
            models.CheckConstraint(
                condition=Q(status="failed", failure_reason__in=list(FailureReason))
                | (~Q(status="failed") & Q(failure_reason="")),
                name="cohort_import_failed_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-uploaded_at"], name="import_by_team"),
        ]

    def __str__(self) -> str:
        return f"cohort import {self.pk}"

    def change_status(
        self, to: Status, *, at: datetime, by: User | None, **columns: object
    ) -> None:
        """Put this import in another status, and record that it was done.

        Call inside a transaction, with whatever else the change stands for.

        :raises TransitionNotAllowed: the lifecycle has no such transition
        :raises StatusChanged: another request or worker changed it first
        """
        current = Status(self.status)
        lifecycle.check_transition(current, to)
        changed = CohortImport.objects.filter(pk=self.pk, status=current).update(
            status=to, stage_started_at=at, rows_done=0, **columns
        )
        if changed != 1:
            raise StatusChanged(f"{self} is no longer {current}")
        Transition.objects.create(
            cohort_import=self, was=current, became=to, at=at, by=by
        )
        self.refresh_from_db()


class Transition(models.Model):
    """One change of status: who made it, and when. Nobody, when a worker did."""

    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="transitions"
    )
    was = models.CharField(max_length=20, choices=choices(Status))
    became = models.CharField(max_length=20, choices=choices(Status))
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"transition {self.pk}"


class ImportFile(models.Model):
    """The uploaded file, encrypted, so that web and workers share no disk."""

    cohort_import = models.OneToOneField(
        CohortImport, on_delete=models.CASCADE, related_name="file"
    )
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=4, choices=[("csv", "CSV"), ("xlsx", "Excel")])
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="import_file_by_sha256")]

    def __str__(self) -> str:
        return f"file of cohort import {self.cohort_import_id}"


class ImportFileChunk(models.Model):
    """A piece of an uploaded file, encrypted with Fernet."""

    file = models.ForeignKey(
        ImportFile, on_delete=models.CASCADE, related_name="chunks"
    )
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "position"], name="import_file_chunk_position_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"chunk {self.pk}"
