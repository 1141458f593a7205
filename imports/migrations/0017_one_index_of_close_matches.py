from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # The table is large: the index is taken away while others write.
    atomic = False

    dependencies = [("imports", "0016_index_ids_of_close_matches")]

    operations = [
        RemoveIndexConcurrently(model_name="cohortrow", name="row_of_close_match"),
    ]
