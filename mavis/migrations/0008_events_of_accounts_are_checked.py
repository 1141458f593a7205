from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large and in use.
    atomic = False

    dependencies = [
        ("mavis", "0007_events_of_accounts"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='activityevent',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['team', 'user', '-at', '-id'], name='event_by_team_and_account'),
        ),
        AddIndexConcurrently(
            model_name='activityevent',
            index=models.Index(condition=models.Q(('by__isnull', True), ('team__isnull', True), ('user__isnull', True)), fields=['-at', '-id'], name='event_of_nobody'),
        ),
        ValidateConstraint(
            model_name="activityevent", name="event_kind_is_known"
        ),
        ValidateConstraint(
            model_name="activityevent", name="event_has_a_team_if_it_can"
        ),
    ]
