"""Direct dependencies: what is imported is asked for by name, and what is asked for is imported or says why it is there."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from steppe import settings

PAGE = settings.ROOT / "docs" / "decisions" / "dependencies.md"
# Many distributions bring a part of the module `airflow`; these are meant by importing it.
AIRFLOW = {"apache-airflow", "apache-airflow-providers-standard"}
# An extra of another name in requirements.in.
EXTRAS = {"psycopg-pool": "psycopg"}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(*folders: Path) -> set[str]:
    """Distributions whose modules the Python files below some folders import."""
    known, found = packages_distributions(), set()
    for file in (file for folder in folders for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found |= {name.split(".")[0] for name in names} - {"steppe", "airflow", *sys.stdlib_module_names}
    distributions = {normalised(name) for module in found for name in known.get(module, [f"module {module}"])}
    return {EXTRAS.get(name, name) for name in distributions} | AIRFLOW


def asked_for(file: str) -> set[str]:
    lines = (settings.ROOT / file).read_text(encoding="utf-8").splitlines()
    return {normalised(re.split(r"[\[=<>~ ]", line)[0]) for line in lines if line and not line.startswith("-")}


def explained(heading: str) -> set[str]:
    """Packages in the first column of one of the page's tables."""
    section = PAGE.read_text(encoding="utf-8").split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    cells = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    return {normalised(name) for cell in cells for name in cell.split(", ")}


def test_what_is_imported_is_asked_for() -> None:
    assert imported(settings.ROOT / "plugins", settings.ROOT / "dags") - asked_for("requirements.in") == set()


def test_what_is_asked_for_is_imported_or_says_why() -> None:
    used = imported(settings.ROOT / "plugins", settings.ROOT / "dags")
    assert asked_for("requirements.in") - used == explained("not imported")


def test_every_package_has_its_reason() -> None:
    assert asked_for("requirements.in") - explained("package") - explained("not imported") == set()


@pytest.mark.parametrize(("line", "found"), [("import openpyxl", "openpyxl"), ("from yaml import load", "pyyaml")])
def test_an_import_is_found(tmp_path: Path, line: str, found: str) -> None:
    (tmp_path / "module.py").write_text(f"import json\nfrom . import beside\ndef work():\n    {line}\n")
    assert imported(tmp_path) == {found, *AIRFLOW}
