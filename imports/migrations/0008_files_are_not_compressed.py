from django.db import migrations

# What is encrypted cannot be compressed: PostgreSQL tried it in vain with each piece.
_STORED = "ALTER TABLE imports_importfilechunk ALTER COLUMN data SET STORAGE"


class Migration(migrations.Migration):
    dependencies = [("imports", "0007_index_no_reference_twice")]

    operations = [migrations.RunSQL(f"{_STORED} EXTERNAL", f"{_STORED} EXTENDED")]
