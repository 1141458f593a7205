from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imports", "0014_a_wider_unique_index")]

    operations = [
        migrations.RemoveConstraint(
            model_name="cohortrow", name="cohort_row_number_is_unique"
        ),
    ]
