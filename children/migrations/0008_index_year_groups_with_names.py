from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # The table is large: the index is made while others write.
    atomic = False

    dependencies = [("children", "0007_index_the_year_of_birth")]

    operations = [
        AddIndexConcurrently(
            model_name="child",
            index=models.Index(
                fields=["birth_academic_year", "id"],
                include=["last_name_key", "first_name_key"],
                condition=Q(merged_into=None),
                name="child_by_year_group",
            ),
        ),
    ]
