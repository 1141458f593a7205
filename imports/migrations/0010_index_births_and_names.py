from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("imports", "0009_index_what_was_there")]

    operations = [
        AddIndexConcurrently(
            model_name="cohortrow",
            index=models.Index(
                fields=["date_of_birth", "last_name_key"], name="row_by_birth_and_name"
            ),
        ),
    ]
