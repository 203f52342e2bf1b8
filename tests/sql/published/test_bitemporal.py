"""Published tables: what was true and when we knew it, whatever the order in which periods and corrections arrive."""

from __future__ import annotations

import random
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from sql.staged import BANNER, SENDER, number, stage
from steppe import database, warehouse
from steppe.errors import SteppeError

REGISTER, PV = "household_registry", "pv_revenue"
MAY, JUNE, JULY = date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)

# Versions of one key that are known at the same time and hold at the same month.
OVERLAPS = """
SELECT count(*)
FROM warehouse.dim_household AS one
INNER JOIN warehouse.dim_household AS other
    ON one.sender_code = other.sender_code AND one.key_hash = other.key_hash AND one.ctid < other.ctid
    AND one.tableoid = other.tableoid
    AND one.known_from < other.known_to AND other.known_from < one.known_to
    AND one.valid_from < other.valid_to AND other.valid_from < one.valid_to
"""


def households(**members: int) -> list[dict[str, Any]]:
    return [{"household_id": key, "member_count": count} for key, count in members.items()]


def held(connection: database.Connection, month: date, known_at: datetime | None = None) -> dict[str, int]:
    """Members by household that hold at a month, as known now or as known at a moment."""
    rows = connection.execute(
        "SELECT household_id, member_count FROM warehouse.dim_household WHERE valid_from <= %(month)s AND valid_to > %(month)s "
        "AND CASE WHEN %(at)s::timestamptz IS NULL THEN known_to = 'infinity' ELSE known_from <= %(at)s AND known_to > %(at)s END",
        {"month": month, "at": known_at},
    ).fetchall()
    found = dict(rows)
    assert len(found) == len(rows), "a key holds twice at one month"
    return found


def publish(
    connection: database.Connection, period: date, rows: list[dict[str, Any]], **options: Any
) -> warehouse.Published:
    return warehouse.publish(connection, stage(connection, REGISTER, period, {"household": rows}, **options))


def test_a_changed_key_splits_an_absent_one_ends_and_a_defect_does_neither(loader: database.Connection) -> None:
    publish(loader, MAY, households(same=1, changed=2, gone=3, defective=4))
    done = publish(loader, JUNE, households(same=1, changed=5, new=6), also_seen={"household": ["defective"]})
    assert held(loader, MAY) == {"same": 1, "changed": 2, "gone": 3, "defective": 4}
    assert held(loader, JUNE) == {"same": 1, "changed": 5, "new": 6, "defective": 4}
    changes = {change.target: (change.inserted, change.ended) for change in done.changes}
    assert changes["dim_household"] == (2, 2)  # changed and new; changed and gone


def test_a_late_period_speaks_of_its_own_months_only(loader: database.Connection) -> None:
    publish(loader, MAY, households(a=1, b=1))
    publish(loader, JULY, households(a=3, b=1))
    publish(loader, JUNE, households(a=2))
    assert [held(loader, month) for month in (MAY, JUNE, JULY)] == [{"a": 1, "b": 1}, {"a": 2}, {"a": 3, "b": 1}]


def test_a_redelivery_supersedes_and_the_first_version_can_still_be_read(loader: database.Connection) -> None:
    first = publish(loader, MAY, households(a=1, b=2))
    second = publish(loader, MAY, households(a=9, b=2))
    assert (first.supersedes_delivery_id, second.supersedes_delivery_id) == (None, first.delivery_id)
    assert held(loader, MAY) == {"a": 9, "b": 2}
    assert held(loader, MAY, first.published_at) == {"a": 1, "b": 2}


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_deliveries_equals_a_simple_model(loader: database.Connection, seed: int) -> None:
    choice = random.Random(seed)
    periods = [date(2020, month, 1) for month in range(3, 8)]
    latest: dict[date, dict[str, int]] = {}
    history: list[tuple[datetime, dict[date, dict[str, int]]]] = []
    for _ in range(7):
        period = choice.choice(periods)
        content = {key: choice.randint(1, 3) for key in "abcde" if choice.random() < 0.75} or {"a": 1}
        done = publish(loader, period, households(**content))
        latest[period] = content
        history.append((done.published_at, dict(latest)))
    for known_at, published in history:
        for month in periods:
            speaking = [period for period in published if period <= month]
            expected = published[max(speaking)] if speaking else {}
            assert held(loader, month, known_at) == expected, f"seed {seed}, {month} as known at {known_at}"
    assert loader.execute(OVERLAPS).fetchone() == (0,)


def test_a_version_that_overlaps_another_is_found(loader: database.Connection) -> None:
    publish(loader, MAY, households(a=1))
    copy = (
        "INSERT INTO warehouse.dim_household SELECT (jsonb_populate_record(household, %s::jsonb)).* "
        "FROM warehouse.dim_household AS household"
    )
    with pytest.raises(psycopg.errors.UniqueViolation), loader.transaction():
        loader.execute(copy, ('{"member_count": 7}',))
    loader.execute(copy, ('{"valid_from": "2020-06-01"}',))
    assert loader.execute(OVERLAPS).fetchone() == (1,)


def test_publishing_again_does_nothing_and_leaves_no_staged_rows(loader: database.Connection) -> None:
    delivery_id = stage(loader, REGISTER, MAY, {"household": households(a=1), "person": [{"id_number": number(1)}]})
    first, second = warehouse.publish(loader, delivery_id), warehouse.publish(loader, delivery_id)
    assert (first.is_new, second.is_new, first.publication_id) == (True, False, second.publication_id)
    assert loader.execute("SELECT state FROM ops.delivery").fetchall() == [("published",)]
    left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'staging'::regnamespace AND relname LIKE '%%\\_' || %s || '%%'"
    assert loader.execute(left, (delivery_id,)).fetchone() == (0,)


def test_only_a_gated_delivery_is_published(loader: database.Connection) -> None:
    delivery_id = stage(loader, REGISTER, MAY, {"household": households(a=1)})
    loader.execute("UPDATE ops.delivery SET state = 'landed'")
    loader.commit()
    with pytest.raises(SteppeError, match="is landed"):
        warehouse.publish(loader, delivery_id)
    with pytest.raises(SteppeError, match="there is none"):
        warehouse.publish(loader, delivery_id + 1)


def test_a_publication_that_fails_leaves_nothing(loader: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery_id = stage(loader, REGISTER, MAY, {"household": households(a=1), "person": [{"id_number": number(1)}]})
    # Killed just before the end: everything is written, nothing is committed.
    with monkeypatch.context() as broken:
        broken.setattr(database, "run", _failing_at("insert_publication", database.run))
        with pytest.raises(RuntimeError):
            warehouse.publish(loader, delivery_id)
    for table in ("warehouse.dim_household", "warehouse.dim_person", "vault.identity", "ops.publication"):
        assert loader.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # type: ignore[arg-type]
    loader.rollback()
    assert warehouse.publish(loader, delivery_id).is_new


def _failing_at(name: str, run: Any) -> Any:
    def failing(connection: database.Connection, path: str, values: Any = None) -> Any:
        if name in path:
            raise RuntimeError(name)
        return run(connection, path, values)

    return failing


def test_a_verdict_that_another_publication_has_overtaken_is_renewed(
    loader: database.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(loader, MAY, households(a=1))
    # Both are judged against what is known now: the second leaves `a` out as unchanged, the first changes it meanwhile.
    changing = stage(loader, REGISTER, MAY, {"household": households(a=2)})
    overtaken = stage(loader, REGISTER, MAY, {"household": households(a=1)})
    warehouse.publish(loader, changing)
    judged: list[int] = []

    def judge(connection: database.Connection, delivery_id: int, **_: bool) -> None:
        judged.append(delivery_id)
        connection.execute(
            "UPDATE ops.delivery SET gated_at = clock_timestamp() WHERE delivery_id = %s", (delivery_id,)
        )
        connection.commit()

    monkeypatch.setattr("steppe.gate.judge", judge)
    warehouse.publish(loader, overtaken)
    assert judged == [overtaken]


def settlements(**generated: int) -> list[dict[str, Any]]:
    return [{"station_code": key, "month": MAY, "generation_kwh": kwh} for key, kwh in generated.items()]


def test_a_second_delivery_of_a_month_withdraws_what_it_does_not_tell(loader: database.Connection) -> None:
    def publish_month(rows: list[dict[str, Any]], **options: Any) -> None:
        warehouse.publish(loader, stage(loader, PV, MAY, {"settlement": rows}, **options))

    query = "SELECT station_code, generation_kwh::integer FROM warehouse.fct_pv_settlement_month WHERE known_to = 'infinity'"
    publish_month(settlements(a=1, b=2, c=3, d=4))
    publish_month(settlements(a=1, b=9), also_seen={"settlement": [f"d|{MAY}"]})
    assert dict(loader.execute(query).fetchall()) == {
        "a": 1,
        "b": 9,
        "d": 4,
    }  # c withdrawn; d was told, but is defective


def test_absence_from_another_month_says_nothing_and_a_late_month_does_not_undo(loader: database.Connection) -> None:
    def contribution(base: int) -> dict[str, Any]:
        return {"id_number": number(1), "scheme": "employee_pension", "due_month": MAY, "base_fen": base}

    query = "SELECT base_fen FROM warehouse.fct_insurance_month WHERE known_to = 'infinity'"
    for period, rows in ((JUNE, [contribution(200)]), (JULY, []), (MAY, [contribution(100)])):
        done = warehouse.publish(loader, stage(loader, "social_insurance", period, {"contribution": rows}))
    assert loader.execute(query).fetchall() == [(200,)]
    assert sum(change.outdated for change in done.changes) == 1


def test_rows_carry_their_sender_banner_and_rule_set(loader: database.Connection) -> None:
    publish(loader, MAY, households(a=1))
    row = loader.execute(
        "SELECT sender_code, region_code, rule_set_digest = hashtextextended('rules', 0), known_from = "
        "(SELECT published_at FROM ops.publication) FROM warehouse.dim_household"
    ).fetchone()
    assert row == (SENDER, BANNER, True, True)


def test_every_query_yields_the_columns_of_its_target_in_order(loader: database.Connection) -> None:
    from steppe import contracts
    from steppe.warehouse import partitions, targets

    values = {"period": MAY, "next_period": "infinity", "sender_code": SENDER, "delivery_id": 0, "rule_set_digest": 0}
    written = [target for source in contracts.sources() for target in targets.of_source(source)]
    assert len(written) == sum(len(contract.resources) for contract in contracts.load_all())
    for target in written:
        cursor = loader.execute(partitions.fragment(target.query), values | {"known_from": datetime.now().astimezone()})
        assert cursor.description
        assert [column.name for column in cursor.description] == partitions.columns(loader, target.table), target.name
