"""The history of corrective actions is append-only in the database itself, like the journal."""

from django.db import migrations

TABLE = "exercise_correctiveactionchange"
WORDS = "the history of corrective actions is append-only"

SQLITE = [
    f"""CREATE TRIGGER corrective_changes_no_{what} BEFORE {what.upper()} ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"""
    for what in ("update", "delete")
]
POSTGRESQL = [
    f"""CREATE FUNCTION corrective_changes_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '{WORDS}'; END $$""",
    *(
        f"""CREATE TRIGGER corrective_changes_no_{what} BEFORE {what.upper()} ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION corrective_changes_are_append_only()"""
        for what in ("update", "delete")
    ),
    f"""CREATE TRIGGER corrective_changes_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION corrective_changes_are_append_only()""",
]


def protect(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for what in ("update", "delete", *(["truncate"] if postgresql else [])):
        on = f" ON {TABLE}" if postgresql else ""
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS corrective_changes_no_{what}{on}", params=None
        )
    if postgresql:
        schema_editor.execute(
            "DROP FUNCTION IF EXISTS corrective_changes_are_append_only()", params=None
        )


class Migration(migrations.Migration):
    dependencies = [("exercise", "0010_corrective_actions")]
    operations = [migrations.RunPython(protect, unprotect, hints={"expands": True})]
