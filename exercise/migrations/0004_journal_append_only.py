"""The journal is append-only in the database itself: UPDATE and DELETE of its rows are refused."""

from django.db import migrations

TABLE = "exercise_journalentry"

SQLITE = [
    f"""CREATE TRIGGER journal_no_{what} BEFORE {what.upper()} ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
    for what in ("update", "delete")
]
POSTGRESQL = [
    """CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    *(
        f"""CREATE TRIGGER journal_no_{what} BEFORE {what.upper()} ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()"""
        for what in ("update", "delete")
    ),
]


def protect(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unprotect(apps, schema_editor):
    for what in ("update", "delete"):
        on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS journal_no_{what}{on}", params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS journal_is_append_only()", params=None)


class Migration(migrations.Migration):
    dependencies = [("exercise", "0003_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
