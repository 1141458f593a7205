"""What was found out about a file that too few children of were found in PDS."""

from django.db import models
from django.db.models import F, Q

from imports.models.choices import choices
from imports.models.cohort_import import CohortImport
from imports.rules.diagnosis import Mistake


class DiagnosisFinding(models.Model):
    """How many of a sample would have matched, had a mistake been undone.

    Counts alone: nothing is kept of whom the sample was about.
    """

    cohort_import = models.ForeignKey(
        CohortImport, on_delete=models.CASCADE, related_name="findings"
    )
    mistake = models.CharField(max_length=30, choices=choices(Mistake))
    # Of so many rows that could be tried, PDS answered about so many.
    wanted = models.PositiveSmallIntegerField()
    tried = models.PositiveSmallIntegerField()
    matched = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort_import", "mistake"], name="diagnosis_mistake_is_one"
            ),
            models.CheckConstraint(
                condition=Q(matched__lte=F("tried"), tried__lte=F("wanted")),
                name="diagnosis_matched_is_of_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"
