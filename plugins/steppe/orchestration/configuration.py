"""One installation's Airflow settings: written to files that only its user can read, never passed as arguments."""

from __future__ import annotations

import base64
import configparser
import json
import os
import random
import secrets
import socket
import sys
from pathlib import Path

from steppe import server, settings
from steppe.errors import SettingsError

LOGIN = "steppe"
HOST = "127.0.0.1"
OTEL_ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

# GX takes five seconds to import. Tasks are forked from the scheduler, so what it has imported costs them nothing;
# the other processes never need it.
LOCAL_SETTINGS = '''"""Read by every Airflow process at its start."""

import sys

if "scheduler" in sys.argv[1:2]:
    from steppe.orchestration import preload

    preload.warm()

__all__ = []
'''


def cores() -> int:
    """Processors this installation may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def metadata_url() -> str:
    """Airflow's own database: ``STEPPE_AIRFLOW_URL``, else a second database of the embedded server."""
    return os.environ.get("STEPPE_AIRFLOW_URL") or server.url("airflow", driver="postgresql+psycopg2")


def password() -> str:
    """Of the login ``steppe``; generated, never a default."""
    return settings.secret("airflow_password", length_bytes=12)


def _passwords_file() -> Path:
    return settings.home().airflow / "passwords.json"


def logins() -> dict[str, str]:
    """Password of each login by its name: that of the installation, who administers, and those that were added, who look."""
    file = _passwords_file()
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return known | {LOGIN: password()}


def add_login(name: str, *, may_approve: bool = False) -> str:
    """Let somebody in at Airflow's next start; the password, generated unless there is one.

    Args:
        may_approve: he may answer what DAGs ask people, such as whether a payment order goes to the bank.
    """
    if not name.isidentifier() or not name.isascii():
        raise SettingsError(f"{name!r} is no name for a login: use letters, digits and _")
    known = {name: secrets.token_hex(12)} | logins()
    _keep_logins(known)
    _keep_approvers(approvers() - {name} | ({name} if may_approve else set()))
    return known[name]


def remove_login(name: str) -> None:
    _keep_logins({login: word for login, word in logins().items() if login != name})
    _keep_approvers(approvers() - {name})


def _approvers_file() -> Path:
    return settings.home().airflow / "approvers.json"


def approvers() -> set[str]:
    """Who of the logins that were added may answer what DAGs ask people."""
    file = _approvers_file()
    return set(json.loads(file.read_text())) if file.exists() else set()


def _keep_approvers(names: set[str]) -> None:
    _private(_approvers_file()).write_text(json.dumps(sorted(names)) + "\n")


def _role(login: str) -> str:
    """Airflow's role: the least with which an answer is taken is ``user``, and who looks on is a ``viewer``."""
    return "admin" if login == LOGIN else "user" if login in approvers() else "viewer"


def _keep_logins(known: dict[str, str]) -> None:
    _private(_passwords_file()).write_text(json.dumps(known) + "\n")


def _port_file() -> Path:
    return settings.home().run / "airflow.port"


def port() -> int | None:
    """The port of the API server and its pages, once chosen."""
    return int(_port_file().read_text()) if _port_file().exists() else None


def base_url() -> str:
    return f"http://{HOST}:{port()}"


def choose_port() -> int:
    """Keep the port of last time when it is free, else take a free one; ``STEPPE_AIRFLOW_PORT`` decides where it is given."""
    wanted = int(os.environ.get("STEPPE_AIRFLOW_PORT") or port() or 0)
    chosen = wanted if wanted and _is_free(wanted) else _free_port()
    _port_file().write_text(str(chosen))
    return chosen


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, number)) != 0


def _free_port() -> int:
    """Below the range from which systems take the ports of outgoing connections: nothing takes it before the server is up."""
    for _ in range(100):
        number = random.SystemRandom().randrange(20_000, 32_000)
        if _is_free(number):
            return number
    raise SettingsError("no free port on loopback: set STEPPE_AIRFLOW_PORT")


def sections() -> dict[str, dict[str, str]]:
    """Settings that differ from Airflow's defaults, by section."""
    home = settings.home()
    url = base_url()
    # Python 3.14 no longer forks by default, and macOS cannot do so safely; where it can, tasks inherit what is preloaded.
    start_method = {"mp_start_method": "fork"} if sys.platform == "linux" else {}
    return {
        "core": {
            "executor": "LocalExecutor",
            **start_method,
            # A task mostly waits for PostgreSQL: twice the cores keeps them busy. The pool `gate` bounds the heavy ones.
            "parallelism": str(max(4, 2 * cores())),
            "max_active_tasks_per_dag": str(max(4, 2 * cores())),
            "dags_folder": str(settings.ROOT / "dags"),
            "plugins_folder": str(settings.ROOT / "plugins"),
            "load_examples": "False",
            "dags_are_paused_at_creation": "False",
            "default_timezone": "Asia/Shanghai",
            "hostname_callable": "socket.gethostname",
            "fernet_key": _fernet_key(),
            "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
            "simple_auth_manager_users": ",".join(f"{login}:{_role(login)}" for login in logins()),
            "simple_auth_manager_passwords_file": str(_passwords_file()),
            "execution_api_server_url": f"{url}/execution/",
        },
        "database": {
            "sql_alchemy_conn": metadata_url(),
            "sql_alchemy_pool_size": "5",
            "sql_alchemy_max_overflow": "5",
        },
        "logging": {
            "base_log_folder": str(home.log / "airflow"),
            "dag_processor_child_process_log_directory": str(home.log / "airflow" / "dag_processor"),
            "colored_console_log": "False",
        },
        "api": {
            "base_url": url,
            "host": HOST,
            "port": str(port()),
            "workers": "1",
            "secret_key": settings.secret("airflow_api_secret", length_bytes=64),
            "expose_stacktrace": "False",
            "enable_swagger_ui": "False",
        },
        "api_auth": {"jwt_secret": settings.secret("airflow_jwt", length_bytes=64)},
        "workers": {"min_heartbeat_interval": "1"},
        "scheduler": {
            "scheduler_idle_sleep_time": "0.25",
            # A killed task is noticed within a minute or so instead of five.
            "task_instance_heartbeat_sec": "10",
            "task_instance_heartbeat_timeout": "60",
            "orphaned_tasks_check_interval": "60",
            "catchup_by_default": "False",
        },
        "dag_processor": {"min_file_process_interval": "60"},
        "usage_data_collection": {"enabled": "False"},
        # Where they go is told by OpenTelemetry's own variables.
        "metrics": {"otel_on": str(any(name in os.environ for name in OTEL_ENDPOINTS))},
    }


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(settings.secret("airflow_fernet"))).decode()


def write() -> Path:
    """Write ``airflow.cfg``, the password file and the local settings; returns the configuration file.

    The embedded server's port may have changed since last time, so this runs before each start.
    """
    home = settings.home()
    parser = configparser.ConfigParser(interpolation=None)
    for section, values in sections().items():
        # Airflow reads the file with interpolation: a % of a URL stands doubled.
        parser[section] = {name: value.replace("%", "%%") for name, value in values.items()}
    file = home.airflow / "airflow.cfg"
    draft = _private(file.with_suffix(".draft"))
    with draft.open("w", encoding="utf-8") as handle:
        parser.write(handle)
    draft.replace(file)
    _keep_logins(logins())
    local = home.airflow / "config" / "airflow_local_settings.py"
    local.parent.mkdir(mode=0o700, exist_ok=True)
    local.write_text(LOCAL_SETTINGS)
    return file


def _private(file: Path) -> Path:
    file.touch(mode=0o600)
    file.chmod(0o600)
    return file


def environment() -> dict[str, str]:
    """The environment of Airflow's processes: the caller's, with nothing of another Airflow in it."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    home = settings.home()
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY"), HOST, "localhost")))
    return inherited | {
        "STEPPE_HOME": str(home.path),
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW_CONFIG": str(home.airflow / "airflow.cfg"),
        "PYTHONPATH": str(settings.ROOT / "plugins"),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
