"""docker-compose.yml: valid by the Compose specification, without a password, and as careful as the embedded server."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from steppe import cli, server, settings
from steppe.commands.paperwork import COMPOSE_SECRETS
from typer.testing import CliRunner

FILE = settings.ROOT / "docker-compose.yml"


def schema_errors(file: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file))
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def test_it_follows_the_specification() -> None:
    assert schema_errors(FILE).returncode == 0


def test_a_wrong_file_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(FILE.read_text().replace("depends_on:", "depend_on:"))
    assert schema_errors(wrong).returncode != 0


def test_services(document: dict[str, Any]) -> None:
    assert set(document["services"]) == {
        "warehouse", "metadata", "redis", "mail", "prometheus", "alertmanager", "grafana",
        "airflow-init", "api-server", "scheduler", "dag-processor", "triggerer", "watcher", "worker",
    }  # fmt: skip


def test_every_secret_is_demanded_and_generated() -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?", FILE.read_text()))
    assert demanded == set(COMPOSE_SECRETS)


def test_no_secret_has_a_default() -> None:
    for name, default in re.findall(r"\$\{(\w+):?-([^}]*)", FILE.read_text()):
        assert not re.search("PASSWORD|SECRET|TOKEN|KEY", name), (name, default)


def test_ports_are_on_loopback(document: dict[str, Any]) -> None:
    ports = [port for service in document["services"].values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_warehouse_logs_no_row_just_as_the_embedded_one(document: dict[str, Any]) -> None:
    embedded = dict(re.findall(r"^(log_\w+) = '?([\w-]+)'?$", server.CONFIGURATION, re.MULTILINE))
    given = dict(item.split("=") for item in document["services"]["warehouse"]["command"] if "=" in item)
    for name in (
        "log_min_error_statement",
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
        "log_error_verbosity",
        "log_statement",
    ):
        assert given[name] == embedded[name]


def test_the_image_takes_what_exists_and_no_home() -> None:
    copied = re.findall(r"^COPY (\S+)", (settings.ROOT / "compose/Dockerfile").read_text(), re.MULTILINE)
    assert [path for path in copied if not (settings.ROOT / path).exists()] == []
    let_in = re.findall(r"^!(\S+)", (settings.ROOT / "compose/Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert set(copied) == set(let_in)


def test_compose_env_generates_once_and_keeps(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("STEPPE_SECRET_PERSON_TOKEN=kept\nOTHER=1")
    for _ in range(2):
        assert CliRunner().invoke(cli.app, ["compose-env", "--out", str(file)]).exit_code == 0
        values = dict(line.split("=", 1) for line in file.read_text().splitlines())
        assert set(values) == {*COMPOSE_SECRETS, "OTHER"}
        assert values["STEPPE_SECRET_PERSON_TOKEN"] == "kept"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(set(values.values())) == len(values)
