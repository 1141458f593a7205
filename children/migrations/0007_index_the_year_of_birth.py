from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("children", "0006_few_names_are_pending")]

    operations = [
        AddIndexConcurrently(
            model_name="child",
            index=models.Index(
                fields=["birth_academic_year"], name="child_by_birth_academic_year"
            ),
        ),
    ]
