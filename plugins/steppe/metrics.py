"""Metrics for Prometheus: what ``ops`` knows, asked when somebody asks. Counts and codes only; no value of a row.

A metric is a file of its name in ``include/sql/90_metrics/``: its columns are the labels, ``value`` the figure. Airflow's own metrics
go by OpenTelemetry, which it speaks itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Literal

import psycopg
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.rows import dict_row

from steppe import contracts, database, settings
from steppe.database import Connection
from steppe.errors import SettingsError, SteppeError

METRICS: dict[str, tuple[Literal["counter", "gauge", "histogram"], str]] = {
    "steppe_rows_total": ("counter", "Rows of published deliveries, by outcome at the gate"),
    "steppe_deliveries": ("gauge", "Deliveries by state"),
    "steppe_gate_seconds": ("histogram", "Time the gate took for a delivery"),
    "steppe_quarantined_rows": ("gauge", "Rows that stand in quarantine"),
    "steppe_published_timestamp_seconds": ("gauge", "When a delivery of the source was last published"),
    "steppe_period_timestamp_seconds": ("gauge", "First moment of the newest month that is published"),
    "steppe_publications_behind": ("gauge", "Publications that a step has not taken up"),
    "steppe_incidents": ("gauge", "Unresolved incidents"),
    "steppe_incident_oldest_timestamp_seconds": ("gauge", "Since when the oldest unresolved incident is open"),
    "steppe_alerts_untold": ("gauge", "Alerts of the last seven days that no channel has taken"),
    "steppe_alert_attempts_total": ("counter", "Attempts to send an alert, by channel and outcome"),
    "steppe_alert_seconds": ("histogram", "Time from an alert to its first receiver"),
    "steppe_heartbeat_timestamp_seconds": ("gauge", "When a part was last at work"),
}
FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}

log = logging.getLogger(__name__)


class Warehouse(Collector):
    """Asks the warehouse at each scrape; where it does not answer, says only that."""

    def collect(self) -> Iterator[Metric]:
        is_up = GaugeMetricFamily("steppe_warehouse_up", "Whether the warehouse answers")
        inbox = GaugeMetricFamily("steppe_inbox_waiting", "Files in the inbox that nothing has taken up")
        try:
            with database.connect("loader", application="steppe metrics") as connection:
                connection.read_only = True
                yield from collected(connection)
            is_up.add_metric([], 1)
        except (psycopg.Error, SteppeError) as error:
            log.warning("no metrics (%s)", type(error).__name__)
            is_up.add_metric([], 0)
        place = settings.home().inbox
        if place.is_dir():
            inbox.add_metric([], sum(not entry.name.startswith(".") for entry in place.iterdir()))
        yield is_up
        yield inbox


def collected(connection: Connection) -> Iterator[Metric]:
    """Every metric of ``METRICS``, each with its rows as samples."""
    values = {"sources": list(contracts.sources())}
    for name, (kind, description) in METRICS.items():
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(database.statement(f"90_metrics/{name}.sql"), values).fetchall()
            columns = [column.name for column in cursor.description or ()]
        labels = [column for column in columns if column not in ("value", "bounds", "counts")]
        family = FAMILIES[kind](name, description, labels=labels)
        for row in rows:
            given = [str(row[label]) for label in labels]
            if isinstance(family, HistogramMetricFamily):
                buckets = [(_bound(bound), count) for bound, count in zip(row["bounds"], row["counts"], strict=True)]
                family.add_metric(given, buckets, float(row["value"]))
            else:
                family.add_metric(given, float(row["value"]))
        yield family


def _bound(bound: float) -> str:
    return "+Inf" if bound == float("inf") else f"{bound:g}"


def serve(address: str) -> None:
    """Answer Prometheus at an address, such as ``127.0.0.1:9464``, from a thread.

    Raises:
        SettingsError: it is no address, or taken.
    """
    host, _, port = address.rpartition(":")
    registry = CollectorRegistry()
    registry.register(Warehouse())
    try:
        start_http_server(int(port), host, registry)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"STEPPE_METRICS_ADDRESS {address!r} cannot be used ({type(error).__name__}): give a free one, such as 127.0.0.1:9464"
        ) from error
