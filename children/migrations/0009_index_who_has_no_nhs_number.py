from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("children", "0008_index_year_groups_with_names")]

    operations = [
        AddIndexConcurrently(
            model_name="child",
            index=models.Index(
                fields=["id"],
                include=["last_name_key", "first_name_key"],
                condition=Q(merged_into=None, nhs_number=None),
                name="child_without_nhs_number",
            ),
        ),
    ]
