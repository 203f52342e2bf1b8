"""Prometheus's rules and Grafana's dashboard: of the right form, over metrics that there are, and parts that fit each other."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import promql_parser
import pytest
import yaml
from steppe import database, metrics, settings
from steppe.database import Connection

HERE = Path(__file__).parent
COMPOSE = settings.ROOT / "compose"
RULES = yaml.safe_load((COMPOSE / "prometheus" / "rules.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((COMPOSE / "grafana" / "dashboards" / "steppe.json").read_text(encoding="utf-8"))
# What Prometheus makes itself, and what Airflow sends by OpenTelemetry, as Prometheus names it.
OTHERS = {
    "up",
    "airflow_scheduler_heartbeat_total",
    "airflow_executor_running_tasks",
    "airflow_dag_processing_import_errors",
}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return loaded


def expressions() -> Iterator[str]:
    for group in RULES["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def exported() -> set[str]:
    names = {"steppe_warehouse_up", "steppe_inbox_waiting"}
    for name, (kind, _) in metrics.METRICS.items():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


def named(expression: str) -> set[str]:
    """The metrics that an expression asks for, by a parser of PromQL."""
    promql_parser.parse(expression)
    return set(re.findall(r"\b(?:steppe|airflow)_\w+|\bup\b", expression))


def test_the_rules_have_the_form_of_rules() -> None:
    jsonschema.validate(RULES, schema("rules.schema.json"))


def test_the_dashboard_has_the_form_of_a_dashboard() -> None:
    jsonschema.validate(DASHBOARD, schema("dashboard.schema.json"))


def _without_expression(rules: Any) -> None:
    del rules["groups"][0]["rules"][0]["expr"]


def _with_typing_error(rules: Any) -> None:
    rules["groups"][0]["rules"][0]["form"] = rules["groups"][0]["rules"][0].pop("for")


def _without_runbook(rules: Any) -> None:
    del rules["groups"][0]["rules"][0]["annotations"]["runbook"]


@pytest.mark.parametrize("spoil", [_without_expression, _with_typing_error, _without_runbook])
def test_a_wrong_rule_is_found(spoil: Callable[[Any], None]) -> None:
    wrong = copy.deepcopy(RULES)
    spoil(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("rules.schema.json"))


def test_a_wrong_dashboard_is_found() -> None:
    wrong = copy.deepcopy(DASHBOARD)
    wrong["panels"][0]["targets"][0]["datasource"]["uid"] = "another"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("dashboard.schema.json"))


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_what_is_asked_for_is_there(expression: str) -> None:
    assert named(expression)
    assert named(expression) <= exported() | OTHERS


def test_a_wrong_expression_is_found() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        named("sum(steppe_incidents")
    assert not named("steppe_incident") <= exported()


def test_every_metric_of_ours_is_shown_or_watched() -> None:
    asked = set().union(*(named(expression) for expression in expressions()))
    unseen = {name for name in exported() if not name.endswith(("_sum", "_count"))} - asked
    assert unseen == {"steppe_period_timestamp_seconds"}  # for those who compare it with a calendar of their own


def test_the_runbook_has_the_sections_that_the_rules_name() -> None:
    runbook = (settings.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for group in RULES["groups"]:
        for rule in group["rules"]:
            assert f"\n## {rule['annotations']['runbook'].partition('#')[2]}\n" in runbook, rule["alert"]


def test_panels_do_not_lie_on_each_other() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in mine) < 24
        assert not mine & cells, panel["title"]
        cells |= mine


def test_the_parts_of_compose_fit_each_other() -> None:
    services = yaml.safe_load((settings.ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    prometheus = yaml.safe_load((COMPOSE / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    alertmanager = yaml.safe_load((COMPOSE / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8"))
    source = yaml.safe_load(
        (COMPOSE / "grafana" / "provisioning" / "datasources" / "prometheus.yml").read_text(encoding="utf-8")
    )
    (scraped,) = prometheus["scrape_configs"]
    (told,) = prometheus["alerting"]["alertmanagers"]
    mail = alertmanager["receivers"][0]["email_configs"][0]["smarthost"]
    for address in (scraped["static_configs"][0]["targets"][0], told["static_configs"][0]["targets"][0], mail):
        assert address.partition(":")[0] in services
    assert services["watcher"]["environment"]["STEPPE_METRICS_ADDRESS"].endswith(":9464")
    assert scraped["static_configs"][0]["targets"] == ["watcher:9464"]
    assert source["datasources"][0]["uid"] == "steppe-prometheus"
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert "--web.enable-otlp-receiver" in services["prometheus"]["command"]
    assert services["scheduler"]["environment"]["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"].startswith(
        "http://prometheus:9090/api/v1/otlp/"
    )
    for name in ("prometheus", "alertmanager", "grafana"):
        mounted = [volume.partition(":")[0] for volume in services[name]["volumes"] if volume.startswith("./")]
        assert mounted
        assert [path for path in mounted if not (settings.ROOT / path).is_dir()] == []


def test_every_metric_is_a_file_and_answers(loader: Connection) -> None:
    assert {file.stem for file in (settings.SQL / "90_metrics").glob("*.sql")} == set(metrics.METRICS)
    families = list(metrics.collected(loader))
    assert len(families) == len(metrics.METRICS)
    assert database.run(loader, "90_metrics/steppe_alerts_untold.sql").fetchone() == (0,)
