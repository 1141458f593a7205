"""What PDS was asked, and what it said."""

from django.db import models
from django.db.models import Q

from pds.rules.cascade import Result, Step
from pds.rules.outcomes import TraceOutcome, TraceSource, UploadedNumber


class Trace(models.Model):
    """One attempt to find a person's NHS number, from first step to outcome."""

    at = models.DateTimeField()
    source = models.CharField(
        max_length=10,
        choices=[(source, source) for source in TraceSource],
        default=TraceSource.IMPORT,
        db_default=TraceSource.IMPORT.value,
    )
    # What the file gave, and what PDS made of it.
    nhs_number_uploaded = models.CharField(max_length=10, null=True)
    uploaded_number = models.CharField(
        max_length=20, choices=[(state, state) for state in UploadedNumber]
    )
    outcome = models.CharField(
        max_length=10, choices=[(outcome, outcome) for outcome in TraceOutcome]
    )
    nhs_number = models.CharField(max_length=10, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=list(TraceOutcome)),
                name="trace_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=list(TraceSource)), name="trace_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="found", nhs_number__isnull=False)
                | (~Q(outcome="found") & Q(nhs_number=None)),
                name="trace_has_a_number_when_found",
            ),
        ]

    def __str__(self) -> str:
        return f"trace {self.pk}"


class TraceStep(models.Model):
    """One question to PDS and its answer, without the values that were sent."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=30, choices=[(step, step) for step in Step])
    result = models.CharField(
        max_length=20, choices=[(result, result) for result in Result]
    )
    nhs_number = models.CharField(max_length=10, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trace", "position"], name="trace_step_position_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"trace step {self.pk}"


class Answer(models.Model):
    """What PDS answered to one query, kept for 24 hours so as not to ask again."""

    # A keyed hash of the query: the query itself is personal.
    key = models.BinaryField(max_length=32, primary_key=True)
    # Encrypted: the answer is personal.
    body = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "PDS answer"
