"""Who sees which rows: a banner's role its banner, a league's what is below it, the auditor all; the vault opens to the auditor only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from psycopg import sql
from sql.staged import BANNER, SENDER, number, stage
from steppe import database, warehouse

MAY = date(2020, 5, 1)
ELSEWHERE = {"region_code": "150602", "village_code": "150602001001"}


@pytest.fixture
def filled(loader: database.Connection) -> database.Connection:
    def bring_up(place: int, sender: str, more: dict[str, str]) -> None:
        person = {"id_number": number(place), "name": "白音", "work_place_class": "other_province"} | more
        household = {"household_id": f"h{place}"} | more
        rows = {"person": [person], "household": [household]}
        warehouse.publish(loader, stage(loader, "household_registry", MAY, rows, sender=sender))
        station = {"station_code": f"s{place}", "village_code": f"{more.get('region_code', BANNER)}001001"} | more
        allocation = {"month": MAY, "village_code": station["village_code"], "revenue_fen": 1} | more
        rows = {"station": [station], "allocation": [allocation]}
        warehouse.publish(loader, stage(loader, "pv_revenue", MAY, rows, sender=sender))

    bring_up(1, SENDER, {})
    bring_up(2, "150600", ELSEWHERE)
    warehouse.build(loader)
    warehouse.refresh_marts(loader)
    return loader


@pytest.fixture
def granted(filled: database.Connection, admin: database.Connection) -> Iterator[dict[str, str]]:
    """Roles with a grant each: of a banner, a league, the region, and none. Roles belong to the server and are removed."""
    roles = {
        "steppe_test_banner": BANNER,
        "steppe_test_league": "150600",
        "steppe_test_region": "150000",
        "steppe_test_none": "",
    }
    for role, region in roles.items():
        admin.execute(sql.SQL("CREATE ROLE {} IN ROLE steppe_analyst").format(sql.Identifier(role)))
        if region:
            admin.execute("INSERT INTO ops.region_grant VALUES (%s, %s)", (role, region))
    admin.commit()
    yield roles
    admin.rollback()
    for role in roles:
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.commit()


SECURED = (
    "warehouse.dim_person", "warehouse.dim_household", "warehouse.dim_pv_station", "warehouse.dim_village",
    "warehouse.fct_employment_month", "warehouse.fct_pv_allocation_month", "mart.list_employed", "mart.list_count",
    "mart.pv_revenue_share",
)  # fmt: skip


def banners(admin: database.Connection, role: str, table: str) -> set[str]:
    """Banners of a table's rows as a role sees them."""
    with admin.transaction(force_rollback=True):
        admin.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        return {row[0] for row in admin.execute(f"SELECT DISTINCT region_code FROM {table}")}  # type: ignore[arg-type]


def test_each_role_sees_its_regions(admin: database.Connection, granted: dict[str, str]) -> None:
    both = {BANNER, "150602"}
    expected = {
        "steppe_test_banner": {BANNER},
        "steppe_test_league": {"150602"},
        "steppe_test_region": both,
        "steppe_test_none": set(),
        "steppe_analyst": both,  # by default granted every region
        "steppe_auditor": both,
    }
    for table in SECURED:
        assert {role: banners(admin, role, table) for role in expected} == expected, table


def test_a_banner_does_not_see_the_figures_of_its_league(admin: database.Connection, granted: dict[str, str]) -> None:
    assert banners(admin, "steppe_test_banner", "mart.target_progress") == {BANNER}
    league = banners(admin, "steppe_test_league", "mart.target_progress")
    assert "150600" in league
    assert not league & {"150000", "150400", BANNER}


def test_without_the_policy_everything_would_be_seen(admin: database.Connection, granted: dict[str, str]) -> None:
    admin.execute("ALTER TABLE warehouse.dim_person DISABLE ROW LEVEL SECURITY")
    assert banners(admin, "steppe_test_none", "warehouse.dim_person") == {BANNER, "150602"}
    admin.rollback()


def test_every_table_for_people_is_secured(admin: database.Connection) -> None:
    unsecured = admin.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace IN ('warehouse'::regnamespace, 'mart'::regnamespace) "
        "AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity ORDER BY 1"
    ).fetchall()
    assert unsecured == [("warehouse.dim_date",), ("warehouse.dim_region",)]  # no row of these is anyone's
    invoking = admin.execute(
        "SELECT bool_and('security_invoker=true' = ANY(reloptions)) FROM pg_class "
        "WHERE relnamespace IN ('mart'::regnamespace, 'vault'::regnamespace) AND relkind = 'v'"
    ).fetchone()
    assert invoking == (True,)


FORBIDDEN = (
    "SELECT * FROM vault.identity",
    "SELECT name FROM vault.list_employed",
    "SELECT key_hash FROM warehouse.dim_person",
    "SELECT row_hash FROM warehouse.fct_enrollment",
    "SELECT * FROM warehouse.dim_person_150400",  # a partition is a table of its own, without the policy
    "SELECT record FROM quarantine.row",
    "SELECT * FROM staging.person",
    "INSERT INTO mart.last_year_migrants DEFAULT VALUES",
    "UPDATE ops.region_grant SET region_code = '150000'",
    "CREATE TABLE mart.mine (a int)",
    "CALL ops.secure_by_region('warehouse.dim_region')",
)


def test_the_analyst_is_kept_out(filled: database.Connection) -> None:
    with database.connect("analyst", autocommit=True) as analyst:
        for query in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                analyst.execute(query)  # type: ignore[arg-type]
        assert analyst.execute("SELECT count(*) FROM warehouse.dim_person").fetchone() == (2,)


def test_the_auditor_reads_names_and_changes_nothing(filled: database.Connection) -> None:
    with database.connect("auditor", autocommit=True) as auditor:
        assert auditor.execute("SELECT id_number, name FROM vault.list_employed ORDER BY 1").fetchall() == [
            (number(1), "白音"),
            (number(2), "白音"),
        ]
        assert auditor.execute("SELECT count(*) FROM vault.list_willing_out").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("UPDATE vault.identity SET name = NULL")


def test_the_policy_is_read_once_per_query(filled: database.Connection) -> None:
    with database.connect("analyst") as analyst:
        plan = "\n".join(
            row[0] for row in analyst.execute("EXPLAIN SELECT count(*) FROM warehouse.fct_employment_month")
        )
    assert "hashed SubPlan" in plan
