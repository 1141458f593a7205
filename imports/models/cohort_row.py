"""The rows of an import, in the order in which the stages fill them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from children.models import Child, Gender, Relationship
from imports.models.choices import choices
from imports.models.cohort_import import CohortImport
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from mavis.models import School, Team
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from schoolmoves.models import SchoolMove


class CohortRow(models.Model):
    """One data line of the file: read, traced, matched, and committed once.

    The folded keys are written with `mavis.rules.names.fold` and by nothing else.

    A row is written four times, and each time every index has to be told: so the
    references are indexed where something is looked up by them, and only once they
    are there.
    """

    # Two indexes below begin with it.
    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="rows", db_index=False
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
        School, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
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
        max_length=10, choices=choices(TraceOutcome), blank=True
    )
    trace = models.ForeignKey(
        "pds.Trace",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Tries about this row that failed, and when it may be tried again.
    trace_tries = models.PositiveSmallIntegerField(default=0)
    trace_not_before = models.DateTimeField(null=True)
    # PDS will never answer about this row: its error is permanent.
    trace_error_is_permanent = models.BooleanField(default=False)
    uploaded_number = models.CharField(
        max_length=20, choices=choices(UploadedNumber), blank=True
    )
    # The number to use: PDS's, or the file's where that may serve. Blank if none.
    nhs_number = models.CharField(max_length=10, null=True)
    nhs_number_confirmed = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    deceased = models.BooleanField(default=False)
    date_of_death = models.DateField(null=True)

    # --- Matched ---
    outcome = models.CharField(max_length=20, choices=choices(Outcome), blank=True)
    not_imported_reason = models.CharField(
        max_length=30, choices=choices(NotImported), blank=True
    )
    matched_child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The child the row would have had by itself, and how strongly (rules/matching),
    # before rows that claim one child were set against each other.
    claimed_child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    claim_strength = models.PositiveSmallIntegerField(default=0)
    # Every child that the row was compared with, whatever came of it; null if that
    # was not written down.
    compared_with = ArrayField(models.BigIntegerField(), null=True)
    # Names of imports.rules.differences.Field.
    differences = ArrayField(models.CharField(max_length=30), default=list)
    additions = ArrayField(models.CharField(max_length=30), default=list)
    # Rows of this file that claim the same child.
    competing_rows = ArrayField(models.PositiveIntegerField(), default=list)
    move = models.CharField(max_length=10, choices=choices(Move), blank=True)
    # The team that has the matched child, when it is another one.
    other_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What a reviewer has chosen for a child that is archived, and what becomes of it.
    archive_choice = models.CharField(
        max_length=10, choices=choices(Archived), blank=True
    )
    archived = models.CharField(max_length=10, choices=choices(Archived), blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    # --- Committed ---
    committed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, choices=choices(Result), blank=True)
    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, related_name="rows", db_index=False
    )
    school_move = models.ForeignKey(
        SchoolMove,
        on_delete=models.PROTECT,
        null=True,
        related_name="rows",
        db_index=False,
    )
    # Its outcome was not what the reviewer saw; it waits for further review.
    held = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # With what the page of an import that is over counts, so that it need not
            # read the rows themselves. Not the id: a row that is asked for by it might
            # be looked for through all of its import (docs/decisions/0016).
            models.UniqueConstraint(
                fields=["cohort_import", "row_number"],
                include=["result", "uploaded_number"],
                name="cohort_row_is_numbered_once",
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
        indexes = [
            models.Index(
                fields=["trace"], condition=Q(trace__isnull=False), name="row_by_trace"
            ),
            models.Index(
                fields=["matched_child"],
                condition=Q(matched_child__isnull=False),
                name="row_by_matched_child",
            ),
            models.Index(
                fields=["claimed_child"],
                condition=Q(claimed_child__isnull=False),
                name="row_by_claimed_child",
            ),
            models.Index(
                fields=["child"], condition=Q(child__isnull=False), name="row_by_child"
            ),
            models.Index(
                fields=["school_move"],
                condition=Q(school_move__isnull=False),
                name="row_by_school_move",
            ),
            # Twins of a file: asked for with each round of questions to PDS.
            models.Index(
                fields=["date_of_birth", "last_name_key"],
                name="row_by_birth_and_name",
            ),
            # The open ones are listed and counted on the page of an import that is over.
            models.Index(
                fields=["cohort_import", "row_number"],
                include=["id"],
                condition=Q(result="close_match"),
                name="row_of_a_close_match",
            ),
            # What a person chooses, or decides anew. Most imports have few of these,
            # and each of their pages asks for them.
            models.Index(
                fields=["cohort_import"],
                condition=Q(held=True) | ~Q(archived=""),
                name="row_for_a_person",
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
            models.Index(KT("state__nhs_number"), name="child_before_by_number"),
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
