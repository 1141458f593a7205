from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # The table is large: the index is taken away while others write.
    atomic = False

    dependencies = [("children", "0009_index_who_has_no_nhs_number")]

    operations = [
        RemoveIndexConcurrently(
            model_name="child", name="child_by_birth_academic_year"
        ),
    ]
