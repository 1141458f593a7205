from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def _index(name, column):
    there = models.Q((f"{column}__isnull", False))
    return AddIndexConcurrently(
        model_name="cohortrow",
        index=models.Index(condition=there, fields=[column], name=name),
    )


class Migration(migrations.Migration):
    # The table is large: the indexes are made while others write.
    atomic = False

    dependencies = [
        ("imports", "0005_worked_out_as_of"),
    ]

    operations = [
        _index("row_by_trace", "trace"),
        _index("row_by_matched_child", "matched_child"),
        _index("row_by_claimed_child", "claimed_child"),
        _index("row_by_child", "child"),
        _index("row_by_school_move", "school_move"),
    ]
