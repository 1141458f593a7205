from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Of big tables that are always written to.
    atomic = False
    dependencies = [("mavis", "0002_audit_log_kinds")]

    operations = [
        AddIndexConcurrently(
            model_name='accessevent',
            index=models.Index(fields=['team', '-at', '-id'], name='access_by_team'),
        ),
        AddIndexConcurrently(
            model_name='accessevent',
            index=models.Index(fields=['team', 'by', '-at', '-id'], name='access_by_team_and_person'),
        ),
        AddIndexConcurrently(
            model_name='accessevent',
            index=models.Index(fields=['child', '-at'], name='access_by_child'),
        ),
        AddIndexConcurrently(
            model_name='activityevent',
            index=models.Index(fields=['team', '-at', '-id'], name='event_by_team'),
        ),
        AddIndexConcurrently(
            model_name='activityevent',
            index=models.Index(fields=['team', 'kind', '-at', '-id'], name='event_by_team_and_kind'),
        ),
        AddIndexConcurrently(
            model_name='activityevent',
            index=models.Index(fields=['team', 'by', '-at', '-id'], name='event_by_team_and_person'),
        ),
    ]
