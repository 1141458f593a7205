import django.db.models.deletion
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

# Those that Django made of foreign keys, by its own names.
_INDEXES = {
    "child": "imports_cohortrow_child_id_5feda133",
    "claimed_child": "imports_cohortrow_claimed_child_id_70b0b425",
    "matched_child": "imports_cohortrow_matched_child_id_b4e03336",
    "other_team": "imports_cohortrow_other_team_id_d255d488",
    "school": "imports_cohortrow_school_id_03103c6d",
    "school_move": "imports_cohortrow_school_move_id_78891baa",
    "trace": "imports_cohortrow_trace_id_101b69d8",
}


def _drop(column, to, related_name="+"):
    """Drop an index alone: Django would make the foreign key anew too, and check it."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEXES[column]}",
                f"CREATE INDEX CONCURRENTLY {_INDEXES[column]}"
                f" ON imports_cohortrow ({column}_id)",
            )
        ],
        state_operations=[
            migrations.AlterField(
                model_name="cohortrow",
                name=column,
                field=models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name=related_name,
                    to=to,
                ),
            )
        ],
    )


class Migration(migrations.Migration):
    # The table is large and in use.
    atomic = False

    dependencies = [
        ("imports", "0006_index_what_is_there"),
    ]

    operations = [
        RemoveIndexConcurrently(model_name="cohortrow", name="row_held_with_move"),
        _drop("child", "children.child", "rows"),
        _drop("claimed_child", "children.child"),
        _drop("matched_child", "children.child"),
        _drop("other_team", "mavis.team"),
        _drop("school", "mavis.school"),
        _drop("school_move", "schoolmoves.schoolmove", "rows"),
        _drop("trace", "pds.trace"),
    ]
