from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

# As in children.models. The indexes are changed where they stand, not made again.
_KILOBYTES = 512
_FIELDS = {
    "child_like_first_name": "first_name_key",
    "child_like_last_name": "last_name_key",
}


class Migration(migrations.Migration):
    dependencies = [("children", "0005_changes_are_found_at_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    f"ALTER INDEX {name} SET (gin_pending_list_limit = {_KILOBYTES})",
                    f"ALTER INDEX {name} RESET (gin_pending_list_limit)",
                )
                for name in _FIELDS
            ],
            [
                operation
                for name, field in _FIELDS.items()
                for operation in (
                    migrations.RemoveIndex("child", name),
                    migrations.AddIndex(
                        "child",
                        GinIndex(
                            fields=[field],
                            opclasses=["gin_trgm_ops"],
                            gin_pending_list_limit=_KILOBYTES,
                            name=name,
                        ),
                    ),
                )
            ],
        ),
    ]
