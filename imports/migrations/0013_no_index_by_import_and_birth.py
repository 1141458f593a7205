from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # The table is large: the index is taken away while others write.
    atomic = False

    dependencies = [("imports", "0012_no_index_by_import_and_number")]

    operations = [
        RemoveIndexConcurrently(
            model_name="cohortrow", name="row_by_birth_and_last_name"
        ),
    ]
