"""Run in a process of its own: load a folder of DAG files as Airflow's dag-processor does, and print what came of it as JSON.

Usage: python parsing.py FOLDER. The folder is loaded twice; the second time counts, as the processor too has its imports behind it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def describe(dag: Any) -> dict[str, Any]:
    from airflow.serialization.serialized_objects import DagSerialization

    timetable = DagSerialization.to_dict(dag)["dag"]["timetable"]
    return {
        "owner": dag.owner,
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md or "",
        "description": dag.description or "",
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "timetable": timetable,
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "tasks": {
            task.task_id: {
                "pool": task.pool,
                "retries": task.retries,
                "backoff": task.retry_exponential_backoff,
                "alerts": bool(task.on_failure_callback),
                "is_mapped": task.is_mapped,
                "is_teardown": task.is_teardown,
                "outlets": [asset.uri for asset in task.outlets],
                "upstream": sorted(task.upstream_task_ids),
            }
            for task in dag.tasks
        },
    }


def main(folder: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    DagBag(str(folder))
    bag = DagBag(str(folder))
    found = {
        "dags": {dag_id: describe(dag) for dag_id, dag in bag.dags.items()},
        "errors": {Path(file).name: text.strip().splitlines()[-1] for file, text in bag.import_errors.items()},
        "seconds": {Path(stat.file).name: stat.duration.total_seconds() for stat in bag.dagbag_stats},
    }
    print("\n" + json.dumps(found, default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
