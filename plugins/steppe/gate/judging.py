"""Judging a landed delivery: repeats, what is new or changed, the one pass, quarantine, rules on the whole, verdict."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import psycopg
from psycopg import sql

from steppe import contracts, database, intake
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.gate import (
    comparing,
    metrics,
    onepass,
    partitions,
    quarantine,
    refusal,
    relations,
    repairing,
    rules,
    units,
    validation,
    waivers,
)
from steppe.gate.comparing import Compared
from steppe.gate.metrics import Found
from steppe.gate.onepass import Engine, Judged
from steppe.gate.relations import FOLDER, Delivery
from steppe.gate.rules import Rule
from steppe.gate.verdict import GateError, Outcome, Result, Rows, Verdict
from steppe.gate.waivers import Waived
from steppe.intake import Manifest
from steppe.planning import BY_HASH, planned


def judge(connection: Connection, delivery_id: int, *, judge_all: bool = False) -> Verdict:
    """Judge a landed delivery and leave its accepted rows in ``staging``, the others in ``quarantine.row``. Commits.

    Safe to run again: what an earlier run left is removed first.

    Args:
        connection: the loader's, with no transaction open.
        delivery_id: a landed delivery.
        judge_all: also the rows that were accepted before with the same content and rules.

    Raises:
        Rejected: a critical rule on the whole failed. Results are recorded, what was judged is left aside for the sender to be told;
            the caller records the rejection, which removes it.
        GateError: a rule could not run. Results are recorded, the delivery stays where it was.
    """
    connection.commit()
    with intake.locked(connection, delivery_id):
        _ensure_landed(connection, delivery_id)
        said = intake.manifest_of(connection, delivery_id)
        partitions.drop(connection, delivery_id)
        with connection.transaction():
            delivery = load(connection, delivery_id)
        try:
            with connection.transaction():
                engine = dataclasses.replace(onepass.ENGINE, judge_all=judge_all)
                verdict, refused = decide(connection, delivery, said, engine)
                settle(connection, delivery, verdict, accepted=refused is None and not _errors(verdict))
        except psycopg.Error as error:
            raise _told(delivery_id, error) from None
        if _errors(verdict):
            partitions.drop(connection, delivery_id)
    if _errors(verdict):
        raise GateError(
            f"delivery {delivery_id}: {', '.join(_errors(verdict)[:5])} could not run; nothing was accepted: "
            "correct the rule and judge the delivery again"
        )
    if refused:
        raise refused
    return verdict


def reject(connection: Connection, delivery_id: int, rejected: Rejected) -> None:
    """Record that a delivery is rejected and why. Commits. A delivery that is final already keeps its state."""
    with connection.transaction():
        record_rejection(connection, delivery_id, rejected)
    partitions.drop(connection, delivery_id)


def record_rejection(connection: Connection, delivery_id: int, rejected: Rejected) -> None:
    """The same within the caller's transaction, leaving what is staged."""
    values = {"delivery_id": delivery_id, "rule_id": rejected.rule_id, "zh": rejected.zh, "en": rejected.en}
    database.run(connection, f"{FOLDER}/reject.sql", values)


def _told(delivery_id: int, error: psycopg.Error) -> GateError:
    """An error of the server without its words: they quote rows."""
    name = type(error).__name__
    return GateError(
        f"delivery {delivery_id}: the server answered {name} ({error.sqlstate}); judge it again, or tell an engineer"
    )


def _ensure_landed(connection: Connection, delivery_id: int) -> None:
    """Land again what a crash of the server emptied: raw and staging are unlogged."""
    with connection.transaction():
        row = connection.execute("SELECT state FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)).fetchone()
    if row is None:
        raise GateError(f"there is no delivery {delivery_id}")
    if row[0] not in ("landed", "gated"):
        raise GateError(f"delivery {delivery_id} is {row[0]}: only a landed delivery is judged")
    if not intake.is_landed(connection, delivery_id):
        with connection.transaction():
            database.run(connection, f"{FOLDER}/unland.sql", {"delivery_id": delivery_id})
        intake.land(connection, delivery_id)


def load(connection: Connection, delivery_id: int) -> Delivery:
    """What is recorded of a delivery, with the digest of the rules in force."""
    row = connection.execute(
        "SELECT source, sender_code, period FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)
    ).fetchone()
    if row is None or None in row:
        raise GateError(f"delivery {delivery_id} has no source, sender or period")
    source, sender_code, period = row
    found = database.run(
        connection,
        f"{FOLDER}/rule_set.sql",
        {"rules": rules.rule_files(source), "source": source, "sender_code": sender_code, "period": period},
    ).fetchone()
    if found is None:
        raise AssertionError("rule_set.sql yields one row")
    digest, known_digest, next_period = found
    lifted = database.run(connection, f"{FOLDER}/approved.sql", {"delivery_id": delivery_id}).fetchall()
    return Delivery(
        delivery_id,
        contracts.load(source),
        sender_code,
        period,
        next_period,
        digest,
        known_digest,
        frozenset(rule_id for (rule_id,) in lifted),
    )


def decide(
    connection: Connection, delivery: Delivery, said: Manifest, engine: Engine = onepass.ENGINE
) -> tuple[Verdict, Rejected | None]:
    """The verdict inside the caller's transaction, and the rejection that it asks for.

    Where a control total proves that a column is told in 万元, the delivery is judged with it in 元, if that leaves nothing to correct.
    """
    columns: units.Proven = ()
    with connection.transaction():
        verdict = evaluate(connection, delivery, said, engine)
        refused = refusal.of(verdict, delivery)
        if refused and refused.rule_id in units.SIGNS:
            columns = units.proven(connection, delivery, said)
        if columns:
            raise psycopg.Rollback
    if not columns:
        return verdict, refused
    with connection.transaction():
        units.convert(connection, delivery, columns)
        verdict = evaluate(connection, delivery, said, engine)
        refused = refusal.of(verdict, delivery)
        is_explained = not refused and not any(rows.quarantined for rows in verdict.rows.values())
        if not is_explained:
            raise psycopg.Rollback
    if not is_explained:
        verdict = evaluate(connection, delivery, said, engine)
        refused = refusal.of(verdict, delivery)
    return verdict, refused


def evaluate(connection: Connection, delivery: Delivery, said: Manifest, engine: Engine = onepass.ENGINE) -> Verdict:
    """Judge every resource inside the caller's transaction; failing rows are moved to quarantine, accepted ones not yet attached."""
    for table in ("quarantine.row", "ops.waiver_use"):
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE delivery_id = %s").format(sql.Identifier(*table.split("."))),
            (delivery.delivery_id,),
        )
    # A unit that was proven stays on record: the rows are in 元 since.
    connection.execute(
        "DELETE FROM ops.repair WHERE delivery_id = %s AND before_class <> 'wan_yuan'", (delivery.delivery_id,)
    )
    with planned(connection, BY_HASH):
        return _evaluate(connection, delivery, said, engine)


def _evaluate(connection: Connection, delivery: Delivery, said: Manifest, engine: Engine) -> Verdict:
    landed: dict[str, int] = {}
    partitions.analyse(connection, delivery.contract, delivery.delivery_id)
    for resource in delivery.contract.resources:
        landed[resource.name] = comparing.find_contradictions(connection, delivery, resource)
    results: list[Result] = []
    rows: dict[str, Rows] = {}
    known: dict[str, int] = {}
    for resource in delivery.contract.resources:
        compared = comparing.compare(connection, delivery, resource, landed[resource.name], judge_all=engine.judge_all)
        judged = engine.judge_rows(connection, delivery, resource, compared)
        judged = repairing.mend(connection, delivery, resource, judged)
        judged, waived = waivers.apply(connection, delivery, resource, judged)
        lines = quarantine.move(connection, delivery, resource, judged)
        repairing.note(connection, delivery, resource, judged)
        comparing.excuse(connection, delivery, resource)
        results += [
            _row_result(rule, judged, waived.get(rule.rule_id)) for rule in rules.suite(resource.name).row_rules
        ]
        results += _line_results(resource, lines)
        known[resource.name] = compared.keys_known
        rows[resource.name] = _count(connection, delivery, resource, compared, judged, bad_lines=sum(lines.values()))
    for resource in delivery.contract.resources:
        results += _table_results(connection, delivery, resource, said, rows[resource.name])
        values = relations.outcome_values(delivery, resource, keys_known=known[resource.name])
        results += [
            _outcome_result(found, delivery) for found in engine.judge_outcome(connection, delivery, resource, values)
        ]
    return Verdict(rows, tuple(results))


def _row_result(rule: Rule, judged: Judged, waived: Waived | None) -> Result:
    failed = judged.failed.get(rule.rule_id)
    outcome: Outcome = "error" if failed is None else "pass" if not failed else _broken(rule)
    if outcome == "pass" and not judged.rows:
        outcome = "not_applicable"
    if waived is None:
        return Result(rule.resource, rule.rule_id, rule.severity, outcome, judged.rows, failed)
    numbers = "、".join(f"#{number}" for number in waived.waiver_ids)
    return Result(
        rule.resource,
        rule.rule_id,
        rule.severity,
        "warn" if waived.rows == failed else outcome,
        judged.rows,
        failed,
        f"其中 {waived.rows:,} 行按豁免 {numbers} 放行，至 {waived.expires_on:%Y-%m-%d}",
        f"{waived.rows:,} of them pass by waiver {numbers.replace('、', ', ')}, until {waived.expires_on:%Y-%m-%d}",
        rows_waived=waived.rows,
    )


def _broken(rule: Rule) -> Outcome:
    return "fail" if rule.severity == "critical" else "warn" if rule.severity == "warning" else "pass"


def _line_results(resource: Resource, lines: dict[str, int]) -> list[Result]:
    return [
        Result(resource.name, rule.rule_id, rule.severity, "fail", None, lines[rule.rule_id])
        for rule in rules.FORMAT_RULES
        if lines.get(rule.rule_id)
    ]


def _count(
    connection: Connection,
    delivery: Delivery,
    resource: Resource,
    compared: Compared,
    judged: Judged,
    *,
    bad_lines: int,
) -> Rows:
    """Account for every row of a resource."""
    values = delivery.values() | {"resource": resource.name}
    found = database.run(connection, f"{FOLDER}/count.sql", values).fetchone()
    if found is None:
        raise AssertionError("count.sql yields one row")
    duplicate, absent, delivered = found
    if not resource.is_snapshot:
        absent = None
    quarantined = judged.rejected + bad_lines
    unchanged = compared.rows - duplicate - judged.rows
    accepted = judged.rows - judged.rejected + unchanged
    rows = Rows(delivered, accepted, quarantined, duplicate, unchanged, absent)
    if unchanged < 0 or delivered != accepted + quarantined + duplicate:
        raise GateError(
            f"delivery {delivery.delivery_id}: {resource.name}: {delivered} rows delivered, but {accepted} accepted, "
            f"{quarantined} quarantined and {duplicate} duplicate; nothing was accepted: land and judge it again"
        )
    database.run(
        connection,
        f"{FOLDER}/record_rows.sql",
        values
        | {
            "accepted": accepted,
            "quarantined": quarantined,
            "duplicate": duplicate,
            "unchanged": unchanged,
            "absent": absent,
        },
    )
    return rows


def _table_results(
    connection: Connection, delivery: Delivery, resource: Resource, said: Manifest, rows: Rows
) -> list[Result]:
    bad_lines, unreadable = quarantine.unreadable(connection, delivery, resource)
    parameters: dict[str, int] = {"rows_landed": rows.delivered - bad_lines}
    totals = said.file(resource.name).control_totals
    for column in resource.control_totals:
        # A sum with an unreadable amount in it says nothing; the row itself is quarantined.
        if not bad_lines and not unreadable.get(column):
            parameters[f"total_{column}"] = int(Decimal(totals[column]) * 100)
    query = relations.bind(connection, f"delivered/{resource.name}.sql", delivery.values())
    suite = rules.suite(resource.name)
    return [
        _table_result(found, sum(unreadable.get(column, 0) for column in found.rule.columns) + bad_lines)
        for found in metrics.evaluate_tables(connection, suite, "delivered", query, parameters)
    ]


def _table_result(found: Found, unreadable: int = 0) -> Result:
    rule = found.rule
    if found.passed is None and rule.rejects == "delivery.control_total" and unreadable:
        zh = f"有 {unreadable:,} 行的金额无法读取，合计不作比较"
        en = f"{unreadable:,} rows have no readable amount, so that the sum was not compared"
        return Result(rule.resource, rule.rule_id, rule.severity, "warn", None, unreadable, zh, en)
    outcome: Outcome = "error" if found.passed is None else "pass" if found.passed else _broken(rule)
    return Result(
        rule.resource, rule.rule_id, rule.severity, outcome, None, None, observed=found.observed, bound=found.bound
    )


def _outcome_result(found: Found, delivery: Delivery) -> Result:
    """The same for a rule on what became of the rows: nothing is held to nothing, and what a person has allowed only warns."""
    result = _table_result(found)
    if result.outcome == "pass" and found.bound is not None and found.observed is None:
        return dataclasses.replace(result, outcome="not_applicable")
    if result.outcome == "fail" and found.rule.rejects in delivery.approved:
        return dataclasses.replace(
            result, outcome="warn", detail_zh="超出界限，经批准发布", detail_en="beyond its bound, and approved"
        )
    return result


def _errors(verdict: Verdict) -> list[str]:
    return [result.rule_id for result in verdict.results if result.outcome == "error"]


def settle(connection: Connection, delivery: Delivery, verdict: Verdict, *, accepted: bool) -> None:
    """Record the results and, when the delivery may go on, attach its rows and mark it gated."""
    values = {"delivery_id": delivery.delivery_id, "digest": delivery.digest, "is_gated": accepted}
    # All of them in one statement: there are sixty rules, and each statement costs both sides as much as a few rows.
    results = json.dumps([vars(result) for result in verdict.results], ensure_ascii=False, default=str)
    database.run(connection, f"{FOLDER}/record_results.sql", values | {"results": results})
    validations = [
        {"resource": suite.resource, "result": validation.result(delivery, suite, verdict.results)}
        for suite in rules.suites_of(delivery.contract)
    ]
    results = json.dumps(validations, ensure_ascii=False)
    database.run(connection, f"{FOLDER}/record_validations.sql", values | {"results": results})
    database.run(connection, f"{FOLDER}/mark_gated.sql", values)
    database.run(connection, f"{FOLDER}/count_quarantined.sql", values)
    if accepted:
        for resource in delivery.contract.resources:
            partitions.attach_judged(connection, resource, delivery.delivery_id)
