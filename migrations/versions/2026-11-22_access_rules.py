"""Row-level security, grants, and the totals of the reports.

Keep locks short and the previous release working: add before you use, use before you drop.
"""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

revision = "access_rules"
down_revision = "tables"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql"
_FUNCTIONS = (
    "move_referral_counts()",
    "count_referral_change()",
    "report_add(referrals, text, timestamptz, integer)",
    "report_median(text, text, text, date, text)",
    "report_periods(date)",
    "report_subjects(referrals)",
    "report_wait_minutes(interval)",
    "busy_periods(uuid, tstzrange)",
    "calls_wait_for(text, uuid, uuid, text)",
    "is_case_of(uuid, uuid, uuid, uuid, text)",
    "app_role()",
    "app_person()",
    "app_facility()",
    "app_province()",
    "app_scope()",
)


def upgrade() -> None:
    """Apply the change."""
    for name in ("access_rules.sql", "report_totals.sql"):
        _run_script((_SQL / name).read_text(encoding="utf-8"))


def _run_script(script: str) -> None:
    if context.is_offline_mode():
        op.execute(script.replace(":", "\\:"))
        return
    # A prepared statement holds one command; the driver's plain call takes many.
    driver = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(script))  # type: ignore[union-attr]


def downgrade() -> None:
    """Take the change back."""
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function} CASCADE")
    op.execute(
        "DO $$ DECLARE found record; BEGIN FOR found IN"
        " SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'"
        " LOOP EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);"
        " END LOOP; END $$"
    )
    op.execute(
        "DO $$ DECLARE found record; BEGIN FOR found IN"
        " SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " LOOP EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', found.tablename);"
        " EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.tablename);"
        " EXECUTE format('REVOKE ALL ON %I FROM tramxa_app', found.tablename);"
        " END LOOP; END $$"
    )
