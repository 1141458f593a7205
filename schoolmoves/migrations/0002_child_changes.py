from importlib import import_module

from django.db import migrations

_children = import_module("children.migrations.0003_child_changes")
_TABLE = "schoolmoves_schoolmove"


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0003_child_changes"),
        ("schoolmoves", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            _children.NOTE_FOR.format(table=_TABLE),
            _children.NOTE_NO_MORE_FOR.format(table=_TABLE),
        ),
    ]
