from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # The table is large: the index is taken away while others write.
    atomic = False

    dependencies = [("imports", "0011_index_close_matches")]

    operations = [
        RemoveIndexConcurrently(
            model_name="childbeforeimport", name="child_before_import_by_number"
        ),
    ]
