from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large: the index is made while others write, which Django does for
    # no constraint.
    atomic = False

    dependencies = [("imports", "0013_no_index_by_import_and_birth")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """
                    CREATE UNIQUE INDEX CONCURRENTLY cohort_row_is_numbered_once
                    ON imports_cohortrow (cohort_import_id, row_number)
                    INCLUDE (result, uploaded_number)
                    """,
                    "DROP INDEX CONCURRENTLY cohort_row_is_numbered_once",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="cohortrow",
                    constraint=models.UniqueConstraint(
                        fields=("cohort_import", "row_number"),
                        include=("result", "uploaded_number"),
                        name="cohort_row_is_numbered_once",
                    ),
                ),
            ],
        ),
    ]
