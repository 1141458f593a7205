from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large and in use.
    atomic = False

    dependencies = [
        ("imports", "0002_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="cohortrow",
            index=models.Index(
                condition=models.Q(
                    ("held", True), models.Q(("archived", ""), _negated=True), _connector="OR"
                ),
                fields=["cohort_import"],
                name="row_for_a_person",
            ),
        ),
    ]
