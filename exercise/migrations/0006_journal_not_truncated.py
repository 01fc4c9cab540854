"""PostgreSQL's TRUNCATE fires no row trigger: the journal refuses it by one of its own."""

from django.db import migrations

TABLE = "exercise_journalentry"


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON {TABLE}
                FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()""",
            params=None,
        )


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER journal_no_truncate ON {TABLE}", params=None)


class Migration(migrations.Migration):
    dependencies = [("exercise", "0005_last_sign_of_life")]
    operations = [migrations.RunPython(protect, unprotect)]
