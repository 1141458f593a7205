import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    # Of a large table: what is there already is checked by the next migration.

    dependencies = [
        ('children', '0002_initial'),
        ('imports', '0002_initial'),
        ('mavis', '0006_sign_in_by_cis2_and_attempts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='activityevent',
            name='event_kind_is_known',
        ),
        migrations.AddField(
            model_name='activityevent',
            name='user',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='activityevent',
            name='kind',
            field=models.CharField(choices=[('imported', 'Imported'), ('updated_by_import', 'Updated by an import'), ('nhs_number_added', 'NHS number added'), ('nhs_number_replaced', 'NHS number updated from PDS'), ('nhs_number_removed', 'NHS number removed'), ('nhs_number_confirmed', 'NHS number confirmed by PDS'), ('nhs_number_not_found', 'NHS number not found in PDS'), ('nhs_number_invalidated', 'NHS number invalidated by PDS'), ('nhs_number_shared', 'PDS gave another record’s NHS number'), ('kept_apart', 'Records kept apart'), ('school_changed', 'School changed'), ('move_proposed', 'School move proposed'), ('move_confirmed', 'School move confirmed'), ('move_ignored', 'School move ignored'), ('close_match_raised', 'Close match found'), ('close_match_resolved', 'Close match resolved'), ('edited', 'Record edited'), ('archived', 'Record archived'), ('restored', 'Record restored'), ('merged', 'Records merged'), ('restricted', 'Marked as restricted'), ('notice_dismissed', 'Notice dismissed'), ('uploaded', 'File uploaded'), ('upload_approved', 'Upload approved'), ('upload_cancelled', 'Upload cancelled'), ('changes_ignored', 'Changed records not imported'), ('archived_chosen', 'Archived children chosen about'), ('audit_log_opened', 'Audit log opened'), ('audit_log_downloaded', 'Audit log downloaded'), ('held_row_not_imported', 'Held record not imported'), ('details_erased', 'Uploaded details erased'), ('logged_in', 'Logged in'), ('logged_out', 'Logged out'), ('log_in_failed', 'Log in failed'), ('log_in_locked', 'Log in locked after too many failures'), ('team_selected', 'Team selected'), ('user_created', 'User created'), ('user_changed', 'User changed'), ('team_created', 'Team created'), ('schools_loaded', 'Schools loaded'), ('keys_rotated', 'Encrypted with the newest key')], max_length=30),
        ),
        migrations.AlterField(
            model_name='activityevent',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mavis.team'),
        ),
        AddConstraintNotValid(
            model_name='activityevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['imported', 'updated_by_import', 'nhs_number_added', 'nhs_number_replaced', 'nhs_number_removed', 'nhs_number_confirmed', 'nhs_number_not_found', 'nhs_number_invalidated', 'nhs_number_shared', 'kept_apart', 'school_changed', 'move_proposed', 'move_confirmed', 'move_ignored', 'close_match_raised', 'close_match_resolved', 'edited', 'archived', 'restored', 'merged', 'restricted', 'notice_dismissed', 'uploaded', 'upload_approved', 'upload_cancelled', 'changes_ignored', 'archived_chosen', 'audit_log_opened', 'audit_log_downloaded', 'held_row_not_imported', 'details_erased', 'logged_in', 'logged_out', 'log_in_failed', 'log_in_locked', 'team_selected', 'user_created', 'user_changed', 'team_created', 'schools_loaded', 'keys_rotated'])), name='event_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='activityevent',
            constraint=models.CheckConstraint(condition=models.Q(('team__isnull', False), ('kind__in', ('logged_in', 'logged_out', 'log_in_failed', 'log_in_locked', 'user_created', 'user_changed', 'schools_loaded', 'keys_rotated')), _connector='OR'), name='event_has_a_team_if_it_can'),
        ),
    ]
