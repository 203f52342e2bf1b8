"""A warehouse of two banners in two leagues, and the page over it as each of several users."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import Request
from httpx import Response
from psycopg import sql
from sql.staged import BANNER, SENDER, number, stage
from steppe import database, ledger, warehouse

DECEMBER, MAY = date(2019, 12, 1), date(2020, 5, 1)
ELSEWHERE, ELSEWHERE_SENDER = "150602", "150600"

# Airflow's users: which role each reads as, and where.
USERS = {
    "clerk": ("steppe_test_clerk", BANNER),
    "head": ("steppe_test_head", "150000"),
    "audit": ("steppe_auditor", None),
    "nowhere": ("steppe_test_nowhere", None),
}

Get = Callable[..., Response]


def fill(loader: database.Connection) -> None:
    """Per banner a person who went out last year and this, one who went out last year alone, and a village with a PV station.

    A call-back told of the first person's work: his travel subsidy is granted, approved and with the bank.
    """
    for banner, sender, name in ((BANNER, SENDER, "白音"), (ELSEWHERE, ELSEWHERE_SENDER, "乌云")):
        here = {"region_code": banner, "village_code": f"{banner}001001"}
        places = {BANNER: (1, 2), ELSEWHERE: (3, 4)}[banner]
        for month in (DECEMBER, MAY):
            people = [
                here | {"id_number": number(places[0]), "name": name, "work_place_class": "other_province"},
                here
                | {"id_number": number(places[1]), "name": f"{name}乙"}
                | ({"work_place_class": "other_province"} if month == DECEMBER else {}),
            ]
            households = [here | {"household_id": f"h{place}", "village_name": f"{name}嘎查"} for place in places]
            rows = {"person": people, "household": households}
            if month == MAY:
                told = {"verification": "call_back", "work_place_class": "other_province"}
                rows["employment"] = [{"region_code": banner, "id_number": number(places[0])} | told]
            warehouse.publish(loader, stage(loader, "household_registry", month, rows, sender=sender))
        station = here | {"station_code": f"s{banner}", "village_name": f"{name}嘎查"}
        money = {"carried_in_fen": 0, "revenue_fen": 1_000_000, "post_wages_fen": 700_000, "carried_over_fen": 300_000}
        rows = {"station": [station], "allocation": [here | {"month": MAY} | money]}
        warehouse.publish(loader, stage(loader, "pv_revenue", MAY, rows, sender=sender))
    warehouse.build(loader)
    ledger.post(loader)
    ledger.post_subsidies(loader)
    for order in ledger.propose(loader):
        for approver in ("wang", "li"):
            ledger.approve(loader, order.payment_reference, order.sha256, approver, is_approved=True)
    ledger.post_subsidies(loader)
    warehouse.refresh_marts(loader)


def give_roles(admin: database.Connection) -> None:
    for user, (role, region) in USERS.items():
        if role != "steppe_auditor":
            admin.execute(sql.SQL("CREATE ROLE {} IN ROLE steppe_analyst").format(sql.Identifier(role)))
            admin.execute(sql.SQL("GRANT {} TO steppe_page").format(sql.Identifier(role)))
        if region:
            admin.execute("INSERT INTO ops.region_grant VALUES (%s, %s)", (role, region))
        admin.execute("INSERT INTO ops.page_user (user_name, role_name) VALUES (%s, %s)", (user, role))
    admin.commit()


def take_roles(admin: database.Connection) -> None:
    """Roles belong to the server, not to the database that goes with the test."""
    for role, _ in USERS.values():
        if role != "steppe_auditor":
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.commit()


async def by_header(request: Request) -> str | None:
    """Stands for Airflow's login: the user whom the test names."""
    return request.headers.get("x-user")
