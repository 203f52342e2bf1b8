"""Airflow's REST API, as far as an installation asks it: health, runs, pools."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from steppe.errors import SteppeError
from steppe.orchestration import configuration

ACTIVE = ("queued", "running")
# A run of these lives as long as a question waits for its answer; nobody else waits for it.
WAITING_FOR_PEOPLE = ("approve_deliveries", "confirm_assessment", "pay_subsidies")
_POLL_SECONDS = 1.0  # a look costs the API server 30 ms, on processors that the tasks could use


class AirflowUnreachable(SteppeError):
    """Airflow's API does not answer, or not as expected."""

    exit_code = 69  # EX_UNAVAILABLE


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str
    state: str
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """What is going on, for a display."""

    active: tuple[Run, ...]
    events_waiting: int  # assets that were updated and whose consumer has not started yet
    elapsed_s: float

    @property
    def is_quiet(self) -> bool:
        return not self.active and not self.events_waiting


class Client:
    """A session with the API server. Proxies of the environment are left alone: the server is on loopback."""

    def __init__(self, base_url: str | None = None, login: str = configuration.LOGIN) -> None:
        self._http = httpx.Client(base_url=base_url or configuration.base_url(), timeout=30, trust_env=False)
        self._login = login
        self._token: str | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()

    def _authenticate(self) -> None:
        answer = self._http.post(
            "/auth/token", json={"username": self._login, "password": configuration.logins().get(self._login)}
        )
        if answer.status_code != httpx.codes.CREATED:
            raise AirflowUnreachable(f"Airflow refuses the login {self._login} (HTTP {answer.status_code})")
        self._token = answer.json()["access_token"]

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One request; the JSON of the answer.

        Raises:
            AirflowUnreachable: no answer, or a refusal.
        """
        try:
            for is_last in (False, True):
                if self._token is None:
                    self._authenticate()
                headers = {"Authorization": f"Bearer {self._token}"}
                answer = self._http.request(method, f"/api/v2{path}", headers=headers, **arguments)
                if answer.status_code != httpx.codes.UNAUTHORIZED or is_last:
                    break
                self._token = None  # expired
        except httpx.HTTPError as error:
            raise AirflowUnreachable(
                f"Airflow does not answer at {self._http.base_url} ({type(error).__name__}): run `./steppe up`"
            ) from error
        if answer.is_error:
            raise AirflowUnreachable(f"Airflow: {method} {path}: HTTP {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.content else None

    def health(self) -> dict[str, str]:
        """State of each component: ``healthy`` or not."""
        answer = self.call("GET", "/monitor/health")
        return {name: part.get("status") or "absent" for name, part in answer.items() if part}

    def dag_ids(self, **filters: Any) -> set[str]:
        """Ids of the DAGs; filters are the API's, such as ``paused=True``."""
        return {dag["dag_id"] for dag in self.call("GET", "/dags", params={"limit": 100, **filters})["dags"]}

    def import_errors(self) -> list[str]:
        """File and text of each DAG file that does not load."""
        answer = self.call("GET", "/importErrors")
        return [f"{error['filename']}: {error['stack_trace']}" for error in answer["import_errors"]]

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Make the pool, or give it this size."""
        body = {"slots": slots, "description": description, "include_deferred": False}
        known = {pool["name"]: pool for pool in self.call("GET", "/pools", params={"limit": 100})["pools"]}
        if name not in known:
            self.call("POST", "/pools", json={"name": name} | body)
        elif known[name]["slots"] != slots:
            self.call("PATCH", f"/pools/{name}", json={"pool": name} | body)

    def trigger(self, dag_id: str, params: dict[str, Any] | None = None) -> str:
        """Start a run; returns its id."""
        answer = self.call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": params or {}})
        return str(answer["dag_run_id"])

    def runs(self, *states: str, since: datetime | None = None) -> list[Run]:
        """Runs of all DAGs in these states, newest first; ``since`` leaves out those that ended before."""
        params: dict[str, Any] = {"state": states, "limit": 100, "order_by": "-run_after"}
        if since:
            params["end_date_gte"] = since.isoformat()
        return [
            Run(run["dag_id"], run["dag_run_id"], run["state"], _moment(run.get("end_date")))
            for run in self.call("GET", "/dags/~/dagRuns", params=params)["dag_runs"]
        ]

    def events_waiting(self, dag_ids: tuple[str, ...]) -> int:
        """Updates of assets that a consumer among these DAGs has not taken up yet."""
        total = 0
        for dag_id in dag_ids:
            try:
                total += int(self.call("GET", f"/dags/{dag_id}/assets/queuedEvents")["total_entries"])
            except AirflowUnreachable as error:
                if "HTTP 404" not in str(error):  # the API's word for none
                    raise
        return total

    def progress(self, consumers: tuple[str, ...], began: float) -> Progress:
        """A look at the runs and, where there are none, at the events and once more at the runs.

        A run queues its event before it ends, and an event goes in the transaction that makes its run. So what moves from one to the
        other between two looks is seen by the third.
        """
        active, events = self._at_work(), 0
        if not active:
            events = self.events_waiting(consumers)
            active = self._at_work()
        return Progress(active, events, time.monotonic() - began)

    def _at_work(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs(*ACTIVE) if run.dag_id not in WAITING_FOR_PEOPLE)

    def wait_quiet(
        self,
        consumers: tuple[str, ...],
        progress: Callable[[Progress], None] | None = None,
        timeout_s: float = 1800,
    ) -> None:
        """Wait until no run is active and no event waits, whatever the runs' outcome.

        Raises:
            AirflowUnreachable: not quiet in time, or the API went away.
        """
        began = time.monotonic()
        while True:
            seen = self.progress(consumers, began)
            if progress:
                progress(seen)
            if seen.is_quiet:
                return
            if seen.elapsed_s > timeout_s:
                names = ", ".join(sorted({run.dag_id for run in seen.active}))
                raise AirflowUnreachable(f"still at work after {timeout_s:.0f} s: {names or 'events are waiting'}")
            time.sleep(_POLL_SECONDS)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
