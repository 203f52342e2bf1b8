"""The staging SELECTs run in parallel: that is what makes one pass over a million rows affordable."""

from __future__ import annotations

import pytest
from steppe import contracts, database, planning, settings
from steppe.gate import relations

RESOURCES = [
    (contract, resource)
    for contract in contracts.load_all()
    for resource in contract.resources
    # Parameters of the nearest region are looked up row by row, for the few thousand rows a month of a PV resource.
    if "ops.parameter" not in (settings.SQL / "10_staging" / f"{resource.name}.sql").read_text(encoding="utf-8")
]


def test_large_resources_are_among_them() -> None:
    assert {"person", "household", "employment", "enrollment", "contribution"} <= {r.name for _, r in RESOURCES}


def plan(connection: database.Connection, resource: contracts.Resource, query: str) -> list[str]:
    """The plan over a delivery that is large enough for the planner to share the work."""
    with connection.transaction(force_rollback=True), planning.planned(connection, planning.BY_HASH):
        connection.execute(
            f"CREATE UNLOGGED TABLE raw.{resource.name}_0_0 PARTITION OF raw.{resource.name} FOR VALUES FROM (0, 0) TO (0, 1)"
        )
        connection.execute(
            f"INSERT INTO raw.{resource.name} (delivery_id, stream, {resource.key[0]}) "
            "SELECT 0, 0, repeat('x', 100) || i FROM generate_series(1, 40000) AS i"
        )
        # Whether it can be shared is asked, not whether 40,000 rows of a few columns are worth it.
        connection.execute("SET LOCAL parallel_setup_cost = 0")
        connection.execute("SET LOCAL parallel_tuple_cost = 0")
        connection.execute(f"ANALYZE raw.{resource.name}_0_0 (delivery_id, stream)")
        return [line for (line,) in connection.cursor().execute(f"EXPLAIN {query}".encode()).fetchall()]


def gathers_at_the_top(lines: list[str]) -> bool:
    """Whether only the top of a plan gathers, so that everything below it is shared."""
    return "Gather" in lines[0] and sum("Gather" in line for line in lines) == 1


@pytest.mark.parametrize(("contract", "resource"), RESOURCES, ids=[resource.name for _, resource in RESOURCES])
def test_the_whole_relation_is_made_in_parallel(
    loader: database.Connection, contract: contracts.Contract, resource: contracts.Resource
) -> None:
    query = relations.bind(loader, f"{resource.name}.sql", relations.nothing(contract, resource))
    lines = plan(loader, resource, query)
    assert gathers_at_the_top(lines), "\n".join(lines[:12])


def test_with_an_ordinary_fence_it_is_not(loader: database.Connection) -> None:
    contract = contracts.load("household_registry")
    person = contract.resource("person")
    query = relations.bind(loader, "person.sql", relations.nothing(contract, person))
    assert not gathers_at_the_top(plan(loader, person, query.replace("OFFSET bigint '0'", "OFFSET 0")))
