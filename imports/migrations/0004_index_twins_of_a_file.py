import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [
        ("imports", "0003_row_for_a_person"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="cohortrow",
            index=models.Index(
                fields=["cohort_import", "date_of_birth", "last_name_key"],
                name="row_by_birth_and_last_name",
            ),
        ),
        migrations.AlterField(
            model_name="cohortrow",
            name="cohort_import",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="imports.cohortimport",
            ),
        ),
    ]
