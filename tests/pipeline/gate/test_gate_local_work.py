"""What the gate makes of workshops, welfare posts and businesses where more than one row is concerned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import Row
from steppe import database, gate, intake, settings, warehouse

Deliver = Callable[..., tuple[int, gate.Verdict]]


@pytest.fixture
def deliver(loader: database.Connection, tmp_path: Path) -> Deliver:
    """Take a delivery in, judge and publish it."""
    count = 0

    def taken(source: str, rows: dict[str, Sequence[Row]], **options: Any) -> tuple[int, gate.Verdict]:
        nonlocal count
        count += 1
        folder = deliveries.write(tmp_path / f"delivery-{count}", rows, source=source, **options)
        received = intake.receive(loader, folder)
        intake.land(loader, received.delivery_id)
        verdict = gate.judge(loader, received.delivery_id)
        warehouse.publish(loader, received.delivery_id)
        loader.commit()
        return received.delivery_id, verdict

    return taken


def rows_of(resource: str, count: int, **changes: Any) -> list[Row]:
    return [deliveries.row(resource, place, **changes) for place in range(count)]


def broken(loader: database.Connection, delivery_id: int) -> dict[int, list[str]]:
    query = "SELECT line_no, rule_ids FROM quarantine.row WHERE delivery_id = %s"
    return dict(loader.execute(query, (delivery_id,)).fetchall())


def test_the_agency_tells_of_any_banner_and_a_league_of_its_own(loader: database.Connection, deliver: Deliver) -> None:
    businesses = rows_of("self_employment", 40)
    businesses[3]["region_code"] = "150602"
    for sender, expected in ((settings.REGION_CODE, {}), ("150400", {5: ["self_employment.sender_responsible"]})):
        delivery_id, _ = deliver("self_employment", {"self_employment": businesses}, sender=sender)
        assert broken(loader, delivery_id) == expected


@pytest.mark.parametrize(("second_ends", "rejected"), [("", True), ("20200512", False)], ids=["two posts", "moved"])
def test_one_person_holds_one_post_and_may_move_to_another(
    loader: database.Connection, deliver: Deliver, second_ends: str, rejected: bool
) -> None:
    posts, holders = rows_of("welfare_post", 60), rows_of("post_holder", 60)
    holders[1] |= {"id_number": holders[0]["id_number"], "ended_on": second_ends}
    delivery_id, _ = deliver("welfare_post", {"welfare_post": posts, "post_holder": holders})
    both = {line: ["post_holder.one_post_per_person"] for line in (2, 3)}
    assert broken(loader, delivery_id) == (both if rejected else {})


@pytest.mark.parametrize(("holders", "warned"), [(5, 0), (6, 1)])
def test_more_holders_than_were_approved_are_told_and_taken_in(
    loader: database.Connection, deliver: Deliver, holders: int, warned: int
) -> None:
    posts = rows_of("welfare_post", 40)
    roster = rows_of("post_holder", holders, post_code=posts[0]["post_code"])
    delivery_id, verdict = deliver("welfare_post", {"welfare_post": posts, "post_holder": roster})
    assert verdict.result("welfare_post.holders_within_places").rows_failed == warned
    assert broken(loader, delivery_id) == {}
    assert verdict.rows["post_holder"].accepted == holders


@pytest.mark.parametrize("spoilt", ["id_number", "line", None], ids=["wrong ID", "line cut short", "absent"])
def test_a_business_whose_row_is_defective_has_not_closed(
    loader: database.Connection, deliver: Deliver, spoilt: str | None
) -> None:
    businesses = rows_of("self_employment", 60)
    deliver("self_employment", {"self_employment": businesses})
    wrong, others = businesses[9], businesses[:9] + businesses[10:]
    extra = {"self_employment": [f"{wrong['business_code']},"]} if spoilt == "line" else {}
    kept = [*others, wrong | {"id_number": "150421198506010008"}] if spoilt == "id_number" else others
    _, verdict = deliver("self_employment", {"self_employment": kept}, period="2020-06", extra=extra)
    ended = loader.execute(
        "SELECT count(*) FROM warehouse.fct_self_employment WHERE known_to = 'infinity' AND valid_to < 'infinity'"
    ).fetchone()
    assert (verdict.rows["self_employment"].absent, ended) == ((0, (0,)) if spoilt else (1, (1,)))
