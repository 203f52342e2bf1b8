"""Targets: which warehouse table each resource of a contract is published into.

The SQL files say it themselves: the first line of ``include/sql/20_warehouse/<target>.sql`` is ``-- Publishes: staging.<resource>``,
so that a further resource needs a file and no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from psycopg import sql

from steppe import contracts, settings
from steppe.contracts import Resource
from steppe.errors import SettingsError
from steppe.warehouse.partitions import Table

_FOLDER = "20_warehouse"
_MARK = "-- Publishes: staging."


@dataclass(frozen=True)
class Target:
    """A bitemporal table of the warehouse and the resource whose rows it holds."""

    name: str
    resource: Resource
    source: str

    @property
    def query(self) -> str:
        """Path of the file that yields the delivered rows in the target's shape."""
        return f"{_FOLDER}/{self.name}.sql"

    @property
    def table(self) -> Table:
        return Table("warehouse", self.name)

    @property
    def staging(self) -> sql.Identifier:
        return sql.Identifier("staging", self.resource.name)

    @property
    def names_persons(self) -> bool:
        """Whether its rows carry an ID number, so that a token takes its place."""
        return any(column.name == "id_number" for column in self.resource.columns)

    @property
    def tells_name(self) -> bool:
        """Whether its rows carry a name beside it."""
        return any(column.name == "name" for column in self.resource.columns)


@cache
def _published() -> dict[str, str]:
    targets: dict[str, str] = {}
    for path in sorted((settings.SQL / _FOLDER).glob("*.sql")):
        with path.open(encoding="utf-8") as handle:
            first = handle.readline().strip()
        if first.startswith(_MARK):
            targets[first.removeprefix(_MARK)] = path.stem
    return targets


@cache
def of_source(source: str) -> tuple[Target, ...]:
    """The targets of a source, in the order of its contract.

    Raises:
        SettingsError: a resource has no file that publishes it.
    """
    resources = contracts.load(source).resources
    missing = [resource.name for resource in resources if resource.name not in _published()]
    if missing:
        raise SettingsError(f"no file in include/sql/{_FOLDER} publishes {', '.join(missing)} of {source}")
    return tuple(Target(_published()[resource.name], resource, source) for resource in resources)
