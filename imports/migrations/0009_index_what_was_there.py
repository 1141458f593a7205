import django.db.models.fields.json
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("imports", "0008_files_are_not_compressed")]

    operations = [
        AddIndexConcurrently(
            model_name="childbeforeimport",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("nhs_number", "state"),
                name="child_before_by_number",
            ),
        ),
    ]
