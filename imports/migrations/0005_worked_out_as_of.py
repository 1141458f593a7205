import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("imports", "0004_index_twins_of_a_file"),
    ]

    operations = [
        migrations.AddField(
            model_name="cohortimport",
            name="worked_out_as_of",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="cohortimport",
            name="worked_out_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="cohortimport",
            name="worked_out_by",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="cohortrow",
            name="compared_with",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
    ]
