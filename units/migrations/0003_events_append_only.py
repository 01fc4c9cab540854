"""The book of sign-ins is append-only in the database itself: no row changes, no young one goes."""

from django.db import migrations

TABLE = "units_accountevent"
KEPT_DAYS = 30

SQLITE = [
    f"""CREATE TRIGGER account_events_no_update BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the book of sign-ins is append-only'); END""",
    f"""CREATE TRIGGER account_events_no_delete BEFORE DELETE ON {TABLE}
        WHEN julianday(OLD.at) > julianday('now', '-{KEPT_DAYS} days')
        BEGIN SELECT RAISE(ABORT, 'the book of sign-ins is append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION account_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the book of sign-ins is append-only'; END $$""",
    f"""CREATE TRIGGER account_events_no_update BEFORE UPDATE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION account_events_are_append_only()""",
    f"""CREATE TRIGGER account_events_no_delete BEFORE DELETE ON {TABLE}
        FOR EACH ROW WHEN (OLD.at > now() - interval '{KEPT_DAYS} days')
        EXECUTE FUNCTION account_events_are_append_only()""",
    f"""CREATE TRIGGER account_events_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION account_events_are_append_only()""",
]


def protect(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for what in ("update", "delete", *(["truncate"] if postgresql else [])):
        on = f" ON {TABLE}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS account_events_no_{what}{on}", params=None)
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS account_events_are_append_only()", params=None)


class Migration(migrations.Migration):
    dependencies = [("units", "0002_accounts")]
    operations = [migrations.RunPython(protect, unprotect, hints={"expands": True})]
