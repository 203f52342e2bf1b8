"""Publishing and building at once: each delivery once, nobody's rows lost, numbers in the order in which rows become visible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from sql.staged import SENDER, number, stage
from steppe import database, warehouse

MAY = date(2020, 5, 1)
OTHERS = {"150600": "150602", "150700": "150702", "150800": "150802"}
T = TypeVar("T")


def at_once(work: Callable[[database.Connection], T], times: int) -> list[T]:
    def alone(_: int) -> T:
        with database.connect("loader") as connection:
            return work(connection)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def test_a_delivery_published_at_once_is_published_once(loader: database.Connection) -> None:
    delivery_id = stage(loader, "household_registry", MAY, {"person": [{"id_number": number(1)}]})
    done = at_once(lambda connection: warehouse.publish(connection, delivery_id), 3)
    assert sorted(published.is_new for published in done) == [False, False, True]
    assert loader.execute("SELECT count(*) FROM warehouse.dim_person").fetchone() == (1,)


def test_senders_and_sources_at_once(loader: database.Connection) -> None:
    waiting: list[int] = []
    for sender, banner in {SENDER: "150404", **OTHERS}.items():
        place = {"region_code": banner, "village_code": f"{banner}001001"}
        person = {"id_number": number(int(sender)), "work_place_class": "other_province"} | place
        paid = {
            "id_number": number(int(sender)),
            "scheme": "employee_pension",
            "is_received": True,
            "region_code": banner,
        }
        waiting.append(stage(loader, "household_registry", MAY, {"person": [person]}, sender=sender))
        waiting.append(stage(loader, "social_insurance", MAY, {"contribution": [paid]}, sender=sender))

    def share(deliveries: Sequence[int]) -> list[warehouse.Published]:
        with database.connect("loader") as connection:
            published = []
            for delivery_id in deliveries:
                published.append(warehouse.publish(connection, delivery_id))
                warehouse.build(connection)
            return published

    with ThreadPoolExecutor(4) as pool:
        done = [published for part in pool.map(share, [waiting[start::4] for start in range(4)]) for published in part]
    warehouse.build(loader)
    assert sorted(published.publication_id for published in done) == list(range(1, len(waiting) + 1))
    # Whatever the order, the facts are those of all deliveries together: insured, out, once per person.
    facts = loader.execute(
        "SELECT count(*), count(DISTINCT person_key), min(evidence_tier), max(evidence_tier) "
        "FROM warehouse.fct_employment_month WHERE known_to = 'infinity' AND is_out_migrant"
    ).fetchone()
    assert facts == (4, 4, 1, 1)
    assert loader.execute("SELECT publication_id FROM ops.step_mark WHERE step = 'build_warehouse'").fetchone() == (8,)
