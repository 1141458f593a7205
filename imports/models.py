"""Cohort imports and their rows, in the order in which the stages fill them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from children.models import Child, Gender, Relationship
from imports.rules import lifecycle
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from imports.rules.resolutions import Resolution
from mavis.models import School, Team, User
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from schoolmoves.models import SchoolMove


def _choices(values: type) -> list[tuple[str, str]]:
    return [(value, value) for value in values]  # type: ignore[attr-defined]


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
        max_length=20, choices=_choices(Status), default=Status.UPLOADED
    )
    # Why it failed, and what to quote to support when that was a fault. A fault
    # while committing leaves a reference too.
    failure_reason = models.CharField(
        max_length=20, choices=_choices(FailureReason), blank=True
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
    was = models.CharField(max_length=20, choices=_choices(Status))
    became = models.CharField(max_length=20, choices=_choices(Status))
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
    """A megabyte of an uploaded file, encrypted with Fernet."""

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


class CohortRow(models.Model):
    """One data line of the file: read, traced, matched, and committed once.

    The folded keys are written with `mavis.rules.names.fold` and by nothing else.
    """

    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="rows"
    )
    # As a spreadsheet numbers it: the headers are row 1.
    row_number = models.PositiveIntegerField()

    # --- Read: what the file says, cleaned ---
    first_name = models.CharField(max_length=300)
    last_name = models.CharField(max_length=300)
    first_name_key = models.CharField(max_length=300)
    last_name_key = models.CharField(max_length=300)
    preferred_first_name = models.CharField(max_length=300, blank=True)
    preferred_last_name = models.CharField(max_length=300, blank=True)
    # Null only once the staged personal values have been erased.
    date_of_birth = models.DateField(null=True)
    birth_academic_year = models.SmallIntegerField(null=True)
    birth_academic_year_given = models.BooleanField(default=False)
    registration = models.CharField(max_length=300, blank=True)
    # Blank when the file gives none.
    gender = models.CharField(max_length=13, choices=Gender.choices, blank=True)
    address_line_1 = models.CharField(max_length=300, blank=True)
    address_line_2 = models.CharField(max_length=300, blank=True)
    town = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=8)
    nhs_number_uploaded = models.CharField(max_length=10, null=True)
    # Neither a school nor home-educated: 888888, school unknown.
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+"
    )
    home_educated = models.BooleanField(default=False)
    parent_1_name = models.CharField(max_length=300, blank=True)
    parent_1_relationship = models.CharField(
        max_length=10, choices=Relationship.choices, blank=True
    )
    parent_1_relationship_other = models.CharField(max_length=300, blank=True)
    parent_1_phone = models.CharField(max_length=20, blank=True)
    parent_1_email = models.CharField(max_length=254, blank=True)
    parent_2_name = models.CharField(max_length=300, blank=True)
    parent_2_relationship = models.CharField(
        max_length=10, choices=Relationship.choices, blank=True
    )
    parent_2_relationship_other = models.CharField(max_length=300, blank=True)
    parent_2_phone = models.CharField(max_length=20, blank=True)
    parent_2_email = models.CharField(max_length=254, blank=True)

    # --- Traced ---
    # Blank while it waits for PDS.
    trace_outcome = models.CharField(
        max_length=10, choices=_choices(TraceOutcome), blank=True
    )
    trace = models.ForeignKey(
        "pds.Trace", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Tries about this row that failed, and when it may be tried again.
    trace_tries = models.PositiveSmallIntegerField(default=0)
    trace_not_before = models.DateTimeField(null=True)
    # PDS will never answer about this row: its error is permanent.
    trace_error_is_permanent = models.BooleanField(default=False)
    uploaded_number = models.CharField(
        max_length=20, choices=_choices(UploadedNumber), blank=True
    )
    # The number to use: PDS's, or the file's where that may serve. Blank if none.
    nhs_number = models.CharField(max_length=10, null=True)
    nhs_number_confirmed = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    deceased = models.BooleanField(default=False)
    date_of_death = models.DateField(null=True)

    # --- Matched ---
    outcome = models.CharField(max_length=20, choices=_choices(Outcome), blank=True)
    not_imported_reason = models.CharField(
        max_length=30, choices=_choices(NotImported), blank=True
    )
    matched_child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The child the row would have had by itself, and how strongly (rules/matching),
    # before rows that claim one child were set against each other.
    claimed_child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="+"
    )
    claim_strength = models.PositiveSmallIntegerField(default=0)
    # Names of imports.rules.differences.Field.
    differences = ArrayField(models.CharField(max_length=30), default=list)
    additions = ArrayField(models.CharField(max_length=30), default=list)
    # Rows of this file that claim the same child.
    competing_rows = ArrayField(models.PositiveIntegerField(), default=list)
    move = models.CharField(max_length=10, choices=_choices(Move), blank=True)
    # The team that has the matched child, when it is another one.
    other_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # What a reviewer has chosen for a child that is archived, and what becomes of it.
    archive_choice = models.CharField(
        max_length=10, choices=_choices(Archived), blank=True
    )
    archived = models.CharField(max_length=10, choices=_choices(Archived), blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    # --- Committed ---
    committed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, choices=_choices(Result), blank=True)
    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="rows"
    )
    school_move = models.ForeignKey(
        SchoolMove, on_delete=models.PROTECT, null=True, related_name="rows"
    )
    # Its outcome was not what the reviewer saw; it waits for further review.
    held = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort_import", "row_number"],
                name="cohort_row_number_is_unique",
            ),
            models.CheckConstraint(
                condition=Q(committed_at=None, result="")
                | Q(committed_at__isnull=False, result__in=list(Result)),
                name="cohort_row_committed_has_a_result",
            ),
            models.CheckConstraint(
                condition=Q(home_educated=False) | Q(school=None),
                name="cohort_row_is_at_school_or_home_educated",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.row_number} of cohort import {self.cohort_import_id}"


class RowCandidate(models.Model):
    """A child that a row may be about: all of them are shown for a close match."""

    row = models.ForeignKey(
        CohortRow, on_delete=models.CASCADE, related_name="candidates"
    )
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    differences = ArrayField(models.CharField(max_length=30), default=list)
    # Of a possible match by similarity: see imports.rules.similarity.Resemblance.
    reasons = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["row", "child"], name="row_candidate_is_named_once"
            ),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"


class ChildBeforeImport(models.Model):
    """A child as it was before an import changed it.

    A commit works rows out again, batch by batch. What an earlier batch of the
    same import changed is looked up here, so that the result does not depend on
    the order or the size of the batches.
    """

    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="children_before"
    )
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    # The columns of Child and its membership that matching reads, as they were.
    state = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort_import", "child"], name="child_before_import_is_one"
            ),
        ]
        indexes = [
            # A number is the one detail of a match that an import can replace.
            models.Index(
                "cohort_import",
                KT("state__nhs_number"),
                name="child_before_import_by_number",
            ),
        ]

    def __str__(self) -> str:
        return f"child before import {self.pk}"


class RowError(models.Model):
    """Something wrong with the file, a row or a cell, and what to do about it.

    Every error and warning of one upload is stored; a warning does not refuse it.
    """

    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="row_errors"
    )
    is_warning = models.BooleanField(default=False)
    row_number = models.PositiveIntegerField(null=True)  # blank: the whole file
    column = models.CharField(max_length=300, null=True)  # blank: the whole row
    code = models.CharField(max_length=40)
    message = models.TextField()
    value = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["cohort_import", "code", "row_number"], name="row_error_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"row error {self.pk}"


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
        max_length=20, choices=_choices(Resolution), blank=True
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
