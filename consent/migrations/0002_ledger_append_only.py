from django.db import migrations

TABLE = "consent_consentevent"

# TRUNCATE is let through: the flush of a test database needs it, and it cannot be done by any row's condition.
FORWARD = f"""
CREATE FUNCTION consent_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger of consents is append-only: % is refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER consent_ledger_append_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION consent_ledger_is_append_only();
"""
BACKWARD = f"""
DROP TRIGGER consent_ledger_append_only ON {TABLE};
DROP FUNCTION consent_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    """Lines of the ledger are written once: the database itself refuses to change or delete them."""

    dependencies = [("consent", "0001_consents")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
