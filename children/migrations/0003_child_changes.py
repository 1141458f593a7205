import django.db.models.functions.datetime
from django.db import migrations, models

# An import says that its commit makes a change: see imports.sql.committing.
_NOTE = """
    INSERT INTO children_childchange (child_id, by_import_id)
    SELECT changed.child_id,
           nullif(current_setting('mavis.committing_import', true), '')::bigint
    FROM ({changed}) changed;
    RETURN NULL;
"""
# What uploads are compared with; the rest of a record (when it was last refreshed from
# PDS, say) changes far more often.
COMPARED = (
    "first_name", "last_name", "first_name_key", "last_name_key",
    "preferred_first_name", "preferred_last_name", "date_of_birth",
    "birth_academic_year", "registration", "registration_academic_year", "gender",
    "address_line_1", "address_line_2", "town", "postcode", "nhs_number",
    "nhs_number_confirmed", "school_id", "home_educated", "deceased", "merged_into_id",
)  # fmt: skip
_NEW = "SELECT id AS child_id FROM now_there"
# Rows that were about a merged record are then about the one that remains.
_CHANGED = f"""
    SELECT n.id AS child_id FROM now_there n JOIN before b ON b.id = n.id
    WHERE ({", ".join(f"n.{each}" for each in COMPARED)})
          IS DISTINCT FROM ({", ".join(f"b.{each}" for each in COMPARED)})
    UNION
    SELECT n.merged_into_id FROM now_there n JOIN before b ON b.id = n.id
    WHERE n.merged_into_id IS DISTINCT FROM b.merged_into_id
      AND n.merged_into_id IS NOT NULL
"""  # noqa: S608 -- all of it stands here
_HAVE = "SELECT DISTINCT child_id FROM now_there"
_HAD = "SELECT DISTINCT child_id FROM before"
_HAVE_OR_HAD = "SELECT child_id FROM now_there UNION SELECT child_id FROM before"


def note(function, changed):
    return f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{_NOTE.format(changed=changed)}
END
$$;
"""


_OF_RECORD = (
    note("note_new_children", _NEW)
    + note("note_changed_children", _CHANGED)
    + """
CREATE TRIGGER note_new_children AFTER INSERT ON children_child
    REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION note_new_children();
CREATE TRIGGER note_changed_children AFTER UPDATE ON children_child
    REFERENCING OLD TABLE AS before NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION note_changed_children();
"""
)
_OF_WHAT_A_CHILD_HAS = (
    note("note_children_who_have", _HAVE)
    + note("note_children_who_had", _HAD)
    + note("note_children_who_have_or_had", _HAVE_OR_HAD)
)
NOTE_FOR = """
CREATE TRIGGER note_children_who_have AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION note_children_who_have();
CREATE TRIGGER note_children_who_have_or_had AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS before NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION note_children_who_have_or_had();
CREATE TRIGGER note_children_who_had AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION note_children_who_had();
"""
NOTE_NO_MORE_FOR = """
DROP TRIGGER note_children_who_had ON {table};
DROP TRIGGER note_children_who_have_or_had ON {table};
DROP TRIGGER note_children_who_have ON {table};
"""
_NOTE_NO_MORE = """
DROP FUNCTION note_children_who_have_or_had();
DROP FUNCTION note_children_who_had();
DROP FUNCTION note_children_who_have();
DROP TRIGGER note_changed_children ON children_child;
DROP TRIGGER note_new_children ON children_child;
DROP FUNCTION note_changed_children();
DROP FUNCTION note_new_children();
"""
_TABLES = ("children_cohortmembership", "children_contact")


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0002_initial"),
        ("imports", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChildChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "by_import",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to="imports.cohortimport",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to="children.child",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_OF_RECORD + _OF_WHAT_A_CHILD_HAS, _NOTE_NO_MORE),
        *(
            migrations.RunSQL(
                NOTE_FOR.format(table=table), NOTE_NO_MORE_FOR.format(table=table)
            )
            for table in _TABLES
        ),
    ]
