"""People who answer an Airflow run's questions over its REST API, each with a login of his own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steppe.orchestration.approvals import APPROVE
from steppe.orchestration.client import AirflowUnreachable, Client

WAIT_SECONDS = 120
SECONDS_TO_READ = 5
_FINAL = ("success", "failed", "upstream_failed", "skipped")


@dataclass(frozen=True)
class Questions:
    """A run whose mapped groups ask: ``about`` names what each group asks about, in their order; ``people`` are sessions by login."""

    dag_id: str
    run_id: str
    group: str
    about: tuple[str, ...]
    people: dict[str, Client]

    def decided(self, login: str, which: str, about: str) -> str:
        """Answer one of several questions until what was said is recorded; how that task ended."""
        return self.recorded(login, f"ask_{which}", f"record_{which}", about)

    def recorded(self, login: str, ask: str, record: str, about: str, **more: str) -> str:
        """Answer a question, again if it is put again, until the other task has ended; how it ended."""

        def look() -> str | None:
            if self.is_asking(ask, about):
                self.answer(login, ask, about, **more)
            found = self.state(record, about)
            return found if found in _FINAL else None

        return str(wait(look))

    def answer(self, login: str, task: str, about: str, **more: str) -> None:
        """Answer some seconds after the question, as a person would: an answer that overtakes the scheduler's books is asked for again."""
        wait(lambda: self.is_asking(task, about))
        time.sleep(SECONDS_TO_READ)
        body = {"chosen_options": [APPROVE], "params_input": more}
        self.call(login, "PATCH", f"{self.instance(task, about)}/hitlDetails", json=body)

    def shown(self, task: str, about: str) -> tuple[str, str]:
        """Subject and body of a question, once it is put."""
        asked = wait(lambda: self.call("steppe", "GET", f"{self.instance(task, about)}/hitlDetails"))
        return asked["subject"], asked["body"]

    def is_asking(self, task: str, about: str) -> bool:
        return self.state(task, about) in ("awaiting_input", "deferred")

    def state(self, task: str, about: str) -> str | None:
        found: str | None = self.call("steppe", "GET", self.instance(task, about))["state"]
        return found

    def clear(self, task: str, about: str) -> None:
        """As the runbook says: the question is asked again, and what follows it."""
        body = {
            "dry_run": False, "dag_run_id": self.run_id, "task_ids": [[f"{self.group}.{task}", self.about.index(about)]],
            "include_downstream": True, "only_failed": False, "reset_dag_runs": True,
        }  # fmt: skip
        self.call("steppe", "POST", f"/dags/{self.dag_id}/clearTaskInstances", json=body)

    def instance(self, task: str, about: str) -> str:
        return f"/dags/{self.dag_id}/dagRuns/{self.run_id}/taskInstances/{self.group}.{task}/{self.about.index(about)}"

    def call(self, login: str, method: str, path: str, **arguments: Any) -> Any:
        return self.people[login].call(method, path, **arguments)


def wait(look: Callable[[], Any]) -> Any:
    """What a look finds, once it finds something; a question that is not asked yet is not found."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            if found := look():
                return found
        except AirflowUnreachable as error:
            if "HTTP 404" not in str(error):
                raise
        assert time.monotonic() < deadline, "nothing came in time"
        time.sleep(0.5)
