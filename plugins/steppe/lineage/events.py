"""Events: one when a job begins and one when it ends, in OpenLineage's form. That one cannot be sent fails nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from steppe import database
from steppe.errors import SettingsError
from steppe.lineage.datasets import Datasets, Origin

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.transport import Transport

NAMESPACE = "steppe"
PRODUCER = "urn:steppe"
# A server that does not answer may cost a task so much, not more.
SEND_SECONDS = 3.0

log = logging.getLogger(__name__)


@contextmanager
def told(job: str, describe: Callable[[], Datasets]) -> Iterator[None]:
    """Tell that a job begins, and that it ends well, with what ``describe`` finds then, or fails. Nothing where lineage is off."""
    if not os.environ.get("STEPPE_LINEAGE_URL"):
        yield
        return
    from openlineage.client.uuid import generate_new_uuid

    run_id = str(generate_new_uuid())
    _tell("START", job, run_id, Datasets)
    try:
        yield
    except BaseException:
        _tell("FAIL", job, run_id, Datasets)
        raise
    _tell("COMPLETE", job, run_id, describe)


def _tell(state: str, job: str, run_id: str, describe: Callable[[], Datasets]) -> None:
    from openlineage.client import event_v2 as event
    from openlineage.client.facet_v2 import job_type_job

    try:
        event.set_producer(PRODUCER)
        found = describe()
        _transport(os.environ["STEPPE_LINEAGE_URL"]).emit(
            event.RunEvent(
                eventType=event.RunState(state),
                eventTime=datetime.now(UTC).isoformat(),
                run=event.Run(run_id),
                job=event.Job(NAMESPACE, job, {"jobType": job_type_job.JobTypeJobFacet("BATCH", "AIRFLOW", "TASK")}),
                inputs=[_input(name, rows) for name, rows in found.reads.items()],
                outputs=[_output(name, rows, found.columns.get(name, {})) for name, rows in found.writes.items()],
                producer=PRODUCER,
            )
        )
    except Exception as error:  # its text may hold an address with a key
        log.warning("lineage of %s: %s not told (%s)", job, state, type(error).__name__)


def _transport(url: str) -> Transport:
    """Where events go; a server's key is ``OPENLINEAGE_API_KEY``, as with other clients."""
    from openlineage.client.transport import file, http

    parts = urlsplit(url)
    if parts.scheme == "file":
        return file.FileTransport(file.FileConfig(log_file_path=unquote(parts.path), append=True))
    if parts.scheme not in ("http", "https"):
        raise SettingsError(f"STEPPE_LINEAGE_URL is {url!r}: give file:///… or http(s)://…")
    key = os.environ.get("OPENLINEAGE_API_KEY")
    auth = {"type": "api_key", "api_key": key} if key else {}
    return http.HttpTransport(
        http.HttpConfig.from_dict({"url": url, "timeout": SEND_SECONDS, "retry": {"total": 0}, "auth": auth})
    )


def _named(name: str) -> tuple[str, str]:
    """Namespace and name of a dataset, as OpenLineage names tables of PostgreSQL; a delivery is Steppe's own."""
    if name.startswith("delivery."):
        return NAMESPACE, name
    parts = urlsplit(database.public_url())
    return f"postgres://{parts.hostname}:{parts.port or 5432}", f"{parts.path.lstrip('/')}.{name}"


def _input(name: str, rows: int | None) -> InputDataset:
    from openlineage.client import event_v2, facet_v2

    facets: dict[str, facet_v2.InputDatasetFacet] = {}
    if rows is not None:
        facets["inputStatistics"] = facet_v2.input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=rows
        )
    return event_v2.InputDataset(*_named(name), inputFacets=facets)


def _output(name: str, rows: int | None, columns: Mapping[str, Sequence[Origin]]) -> OutputDataset:
    from openlineage.client import event_v2, facet_v2

    facets: dict[str, facet_v2.DatasetFacet] = {}
    counts: dict[str, facet_v2.OutputDatasetFacet] = {}
    if rows is not None:
        counts["outputStatistics"] = facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=rows
        )
    lineage = facet_v2.column_lineage_dataset
    fields = {
        column: lineage.Fields([lineage.InputField(*_named(table), field) for table, field in origins])
        for column, origins in columns.items()
        if origins
    }
    if fields:
        facets["columnLineage"] = lineage.ColumnLineageDatasetFacet(fields)
    return event_v2.OutputDataset(*_named(name), facets=facets, outputFacets=counts)
