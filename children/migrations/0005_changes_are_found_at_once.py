from importlib import import_module

from django.db import migrations

_changes = import_module("children.migrations.0003_child_changes")
_COLUMNS = ", ".join(_changes.COMPARED)

# The two tables were joined. They have no index, and each child was held against each:
# with thousands of them it took most of the time of a commit. Compared as sets, they are
# gone through once, however PostgreSQL may join.
_CHANGED = f"""
    SELECT id AS child_id FROM (
        SELECT id, {_COLUMNS} FROM now_there EXCEPT SELECT id, {_COLUMNS} FROM before
    ) of_record
    UNION
    SELECT merged_into_id FROM (
        SELECT id, merged_into_id FROM now_there
        EXCEPT SELECT id, merged_into_id FROM before
    ) merged
    WHERE merged_into_id IS NOT NULL
"""  # noqa: S608 -- all of it stands here


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0004_room_on_each_page"),
    ]

    operations = [
        migrations.RunSQL(
            _changes.note("note_changed_children", _CHANGED),
            # It finds the same as the one before.
            migrations.RunSQL.noop,
        ),
    ]
