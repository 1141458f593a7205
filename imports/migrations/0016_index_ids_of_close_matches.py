from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("imports", "0015_one_unique_index_is_enough")]

    operations = [
        AddIndexConcurrently(
            model_name="cohortrow",
            index=models.Index(
                condition=models.Q(("result", "close_match")),
                fields=["cohort_import", "row_number"],
                include=["id"],
                name="row_of_a_close_match",
            ),
        ),
    ]
