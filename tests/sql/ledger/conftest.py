"""PV facts as a publication leaves them in the warehouse, for the tests of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from psycopg import sql
from steppe import ledger
from steppe.database import Connection
from steppe.ledger import Posted

SENDER, BANNER, OTHER_BANNER = "150400", "150428", "150423"
STATION, VILLAGE, NEIGHBOUR = "S1", "150428001001", "150428001002"
PERSON = "00000000-0000-0000-0000-0000000000{:02d}"

# Table, its key, and what a row has where a test does not say.
TABLES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "dim_pv_station": (
        ("station_code", "village_code"),
        {
            "village_name": "village", "station_name": "station", "station_type": "village", "capacity_kw": 300,
            "tariff_fen_per_kwh": 65, "grid_connected_on": "2019-06-30", "valid_from": "2020-01-01", "valid_to": "infinity",
        },
    ),
    "fct_pv_settlement_month": (
        ("station_code", "month"),
        {
            "generation_kwh": 1000, "coal_accrued_fen": 0, "coal_received_fen": 0, "subsidy_accrued_fen": 0,
            "subsidy_received_fen": 0, "received_on": None,
        },
    ),
    "fct_pv_allocation_month": (
        ("village_code", "month"),
        {
            "carried_in_fen": 0, "revenue_fen": 0, "post_wages_fen": 0, "public_works_fen": 0, "land_rent_fen": 0,
            "operation_fen": 0, "other_fen": 0, "carried_over_fen": 0,
        },
    ),
    "fct_pv_post_month": (
        ("village_code", "person_key", "month"),
        {"post_type": "cleaning", "days_worked": 20, "wage_fen": 0, "paid_fen": 0, "paid_on": None},
    ),
}  # fmt: skip


@dataclass
class Facts:
    """Publishes PV facts as the owner: what was known under a key ends, the new row is known from now on."""

    connection: Connection
    deliveries: int = field(default=0)

    def __post_init__(self) -> None:
        for table in TABLES:
            self.connection.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS warehouse.{} PARTITION OF warehouse.{} FOR VALUES IN ({})").format(
                    sql.Identifier(f"{table}_{SENDER}"), sql.Identifier(table), sql.Literal(SENDER)
                )
            )
        self.connection.commit()

    def publish(
        self,
        rows: Sequence[tuple[str, Mapping[str, Any]]],
        gone: Sequence[tuple[str, Mapping[str, Any]]] = (),
        *,
        source: str = "pv_revenue",
    ) -> int:
        """Publish rows of (table, columns), end those of ``gone``; returns the delivery."""
        with self.connection.transaction():
            delivery_id = self._publication(source)
            for table, row in (*rows, *gone):
                self._end(table, {"region_code": BANNER, **row})
            for table, row in rows:
                self._begin(table, {"region_code": BANNER, **TABLES[table][1], **row}, delivery_id)
        return delivery_id

    def _publication(self, source: str) -> int:
        self.deliveries += 1
        found = self.connection.execute(
            "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, "
            "rows_in, rows_accepted, rows_quarantined, rows_duplicate) "
            "VALUES (encode(sha256(%s::text::bytea), 'hex'), 'x.zip', 1, %s, %s, '2020-05-01', 'published', 0, 0, 0, 0) "
            "RETURNING delivery_id",
            (self.deliveries, source, SENDER),
        ).fetchone()
        assert found
        self.connection.execute(
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "VALUES (%s, %s, %s, '2020-05-01', clock_timestamp())",
            (found[0], source, SENDER),
        )
        return int(found[0])

    def _end(self, table: str, row: Mapping[str, Any]) -> None:
        key = TABLES[table][0]
        self.connection.execute(
            sql.SQL(
                "UPDATE warehouse.{} SET known_to = clock_timestamp() WHERE known_to = 'infinity' AND region_code = %s AND {}"
            ).format(
                sql.Identifier(table),
                sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in key),
            ),
            (row["region_code"], *(row[column] for column in key)),
        )

    def _begin(self, table: str, row: Mapping[str, Any], delivery_id: int) -> None:
        key = "|".join(str(row[column]) for column in TABLES[table][0])
        values = {
            **row, "sender_code": SENDER, "delivery_id": delivery_id, "row_hash": 0, "rule_set_digest": 0,
            **({} if "valid_from" in row else {"period": "2020-05-01"}),
        }  # fmt: skip
        self.connection.execute(
            sql.SQL(
                "INSERT INTO warehouse.{} ({}, key_hash, known_from, known_to) "
                "VALUES ({}, hashtextextended(%s, 0), clock_timestamp(), 'infinity')"
            ).format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            (*values.values(), key),
        )


def station(shares: Mapping[str, Any], code: str = STATION) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("dim_pv_station", {"station_code": code, "village_code": village, "share_percent": share})
        for village, share in shares.items()
    ]


def settlement(month: str = "2020-05-01", **columns: Any) -> tuple[str, dict[str, Any]]:
    return "fct_pv_settlement_month", {"station_code": STATION, "month": month, **columns}


def allocation(month: str = "2020-05-01", village: str = VILLAGE, **columns: Any) -> tuple[str, dict[str, Any]]:
    return "fct_pv_allocation_month", {"village_code": village, "month": month, **columns}


def paid(person: int, paid_fen: int, month: str = "2020-05-01", **columns: Any) -> tuple[str, dict[str, Any]]:
    row = {"village_code": VILLAGE, "person_key": PERSON.format(person), "month": month, "paid_fen": paid_fen}
    return "fct_pv_post_month", {**row, **columns}


def balances(connection: Connection) -> dict[str, int]:
    """account → balance in fen, without the accounts that stand at zero."""
    rows = connection.execute(
        "SELECT account_code, balance_fen FROM ledger.account_balance WHERE balance_fen <> 0"
    ).fetchall()
    return {account: int(balance) for account, balance in rows}


def post_and_die(victim: Connection, admin: Connection, business: Callable[[Connection], Posted] = ledger.post) -> None:
    """Post inside a transaction whose server process dies before the commit."""
    with victim.transaction():
        business(victim)
        admin.execute("SELECT pg_terminate_backend(%s)", (victim.info.backend_pid,))
        admin.commit()


@pytest.fixture
def facts(admin: Connection) -> Facts:
    return Facts(admin)
