from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("imports", "0010_index_births_and_names")]

    operations = [
        AddIndexConcurrently(
            model_name="cohortrow",
            index=models.Index(
                condition=models.Q(("result", "close_match")),
                fields=["cohort_import", "row_number"],
                name="row_of_close_match",
            ),
        ),
    ]
