from django.db import migrations

# Whoever owns the tables could take the triggers away; the application's role owns
# nothing. Emptying whole tables is left to a superuser of the database, who could do it
# anyway: between two tests everything is emptied.
REFUSE = """
CREATE FUNCTION mavis_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE'
       AND (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit log is only added to: % of % is refused.',
        TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER activity_event_is_only_added
    BEFORE UPDATE OR DELETE OR TRUNCATE ON mavis_activityevent
    FOR EACH STATEMENT EXECUTE FUNCTION mavis_only_added_to();
CREATE TRIGGER access_event_is_only_added
    BEFORE UPDATE OR DELETE OR TRUNCATE ON mavis_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION mavis_only_added_to();
"""
ALLOW = """
DROP TRIGGER access_event_is_only_added ON mavis_accessevent;
DROP TRIGGER activity_event_is_only_added ON mavis_activityevent;
DROP FUNCTION mavis_only_added_to();
"""


class Migration(migrations.Migration):
    dependencies = [("mavis", "0003_audit_log_indexes")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
