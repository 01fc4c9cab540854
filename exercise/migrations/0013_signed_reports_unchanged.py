"""A signed report is never changed or deleted: the database itself refuses it."""

from django.db import migrations

TABLE = "exercise_reportversion"
WORDS = "a signed report is never changed"

SQLITE = [
    f"""CREATE TRIGGER signed_report_no_{what} BEFORE {what.upper()} ON {TABLE}
        WHEN OLD.state = 'signed' BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"""
    for what in ("update", "delete")
]
POSTGRESQL = [
    f"""CREATE FUNCTION signed_reports_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '{WORDS}'; END $$""",
    *(
        f"""CREATE TRIGGER signed_report_no_{what} BEFORE {what.upper()} ON {TABLE}
            FOR EACH ROW WHEN (OLD.state = 'signed')
            EXECUTE FUNCTION signed_reports_are_final()"""
        for what in ("update", "delete")
    ),
]


def protect(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for what in ("update", "delete"):
        on = f" ON {TABLE}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS signed_report_no_{what}{on}", params=None)
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS signed_reports_are_final()", params=None)


class Migration(migrations.Migration):
    dependencies = [("exercise", "0012_report_versions")]
    operations = [migrations.RunPython(protect, unprotect, hints={"expands": True})]
