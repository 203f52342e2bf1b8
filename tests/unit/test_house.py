"""The house's own rules: who may import whom, which SQL may read which layer, what is written down about what."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pglast
import pytest
from pglast import ast as sql_ast
from pglast.visitors import Visitor
from steppe import contracts, database, settings
from steppe.gate.rules import Rule, catalogue

PACKAGE = settings.ROOT / "plugins" / "steppe"
SQL_FILES = sorted(settings.SQL.rglob("*.sql"))

# A module imports what stands at its own level or before it.
ORDER = (
    ("errors", "settings"),
    ("server", "database", "planning"),
    ("contracts",),
    ("programmes", "reference"),
    ("intake",),
    ("gate",),
    ("clerk",),
    ("warehouse",),
    ("ledger",),
    ("alerts",),
    ("page",),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
# Not in that order: each has a rule of its own.
SAMPLE_MAY_IMPORT = {"sample", "contracts", "settings", "errors", "reference"}
ABOVE_ALL = {
    "orchestration",
    "cli",
    "commands",
    "installation",
    "bench",
    "bench_page",
    "bench_region",
    "summary",
    "clauses",
    "dictionary",
    "hypertext",
    "star",
    "watcher",
    "metrics",
    "scoring",
    "lineage",
    "doctor",
    "__init__",
}


def module_of(file: Path) -> str:
    """The package or module right under ``steppe`` that a file belongs to."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(text: str) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of each import, those inside functions included; ``from steppe import x`` yields ``steppe.x``."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def breaches(text: str, module: str) -> list[str]:
    """What a module's text imports against the order."""
    found = []
    for name, line in imports(text):
        first, *rest = name.split(".")
        if first == "airflow" and module != "orchestration":
            found.append(f"line {line}: only orchestration imports airflow")
        if first != "steppe" or not rest or rest[0] == "__version__" or module in ABOVE_ALL:
            continue
        target = rest[0]
        allowed = target in SAMPLE_MAY_IMPORT if module == "sample" else LEVEL.get(target, 99) <= LEVEL[module]
        if not allowed:
            found.append(f"line {line}: {module} imports {target}")
    return found


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_follow_the_layers(file: Path) -> None:
    module = module_of(file)
    assert module in {*LEVEL, *ABOVE_ALL, "sample"}, f"{module} has no place in the order: give it one"
    assert breaches(file.read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("gate", "from steppe import warehouse"),
        ("intake", "def f():\n    from steppe.gate import judge"),
        ("sample", "import steppe.gate"),
        ("ledger", "from airflow.sdk import DAG"),
    ],
)
def test_an_import_against_the_layers_is_found(module: str, text: str) -> None:
    assert len(breaches(text, module)) == 1


# Schemas by layer. A file of a layer reads its own and those before it; ops is the record that all of them keep.
FOLDERS = {
    "05_intake": {"raw"},
    # The gate: rows part into staging and quarantine. warehouse: what was accepted before is not judged again.
    "10_staging": {"raw", "staging", "quarantine", "warehouse"},
    "15_clerk": {"raw", "staging", "quarantine"},
    "20_warehouse": {"raw", "staging", "quarantine", "vault", "warehouse"},
    # What is to be posted is staged: a query over temporary tables would not run in parallel.
    "30_ledger": {"staging", "warehouse", "ledger"},
    "40_mart": {"warehouse", "ledger", "mart"},
    "43_signal": {"warehouse", "ledger", "mart"},
    "45_assessment": {"warehouse", "mart"},
    "50_alerts": {"quarantine"},
    "60_orchestration": set(),
    "70_summary": {"quarantine", "warehouse", "ledger", "mart"},
    "80_page": {"vault", "warehouse", "ledger", "mart"},
    "90_bench": {"vault", "warehouse", "ledger", "mart"},
    "90_metrics": {"quarantine"},
}
KEPT_BY_ALL = {"ops", "pg_catalog", "information_schema", "pg_temp"}


class Relations(Visitor):
    """Collects the schemas of the tables and functions that a statement names."""

    def __init__(self) -> None:
        super().__init__()
        self.schemas: set[str] = set()

    def visit_RangeVar(self, _ancestors: object, node: sql_ast.RangeVar) -> None:  # noqa: N802
        if node.schemaname:
            self.schemas.add(node.schemaname)

    def visit_FuncCall(self, _ancestors: object, node: sql_ast.FuncCall) -> None:  # noqa: N802
        if len(node.funcname) > 1:
            self.schemas.add(node.funcname[0].sval)


def schemas_of(text: str) -> set[str]:
    """Every schema that a SQL text names, by PostgreSQL's own parser."""
    collected = Relations()
    # A bound value parses as a parameter wherever PostgreSQL takes one.
    collected(pglast.parse_sql(re.sub(r"%\(\w+\)s", "$1", text).replace("%%", "%")))
    return collected.schemas


def out_of_layer(text: str, folder: str) -> set[str]:
    return schemas_of(text) - FOLDERS[folder] - KEPT_BY_ALL


@pytest.mark.parametrize(
    "file",
    [file for file in SQL_FILES if file.relative_to(settings.SQL).parts[0] != "00_schema"],
    ids=lambda file: str(file.relative_to(settings.SQL)),
)
def test_sql_reads_its_own_layer_and_those_before(file: Path) -> None:
    folder = file.relative_to(settings.SQL).parts[0]
    assert folder in FOLDERS, f"{folder} has no place in the layers: give it one"
    assert out_of_layer(file.read_text(encoding="utf-8"), folder) == set()


def test_sql_against_the_layers_is_found() -> None:
    text = "WITH x AS (SELECT 1 FROM mart.target_progress) INSERT INTO raw.person SELECT * FROM x WHERE a = %(a)s;"
    assert out_of_layer(text, "30_ledger") == {"mart", "raw"}


@pytest.mark.parametrize("file", SQL_FILES, ids=lambda file: str(file.relative_to(settings.SQL)))
def test_sql_says_what_it_does_when_run_again(file: Path) -> None:
    header = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        header.append(line)
    words = ("Rerun",) if file.parent.name == "00_schema" else ("Grain", "Inputs", "Rerun")
    assert [word for word in words if f"{word}:" not in "\n".join(header)] == []


UNCOMMENTED = """
SELECT relation FROM (
    SELECT n.nspname || '.' || c.relname AS relation, obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND n.nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT n.nspname || '.' || c.relname || '.' || a.attname, col_description(c.oid, a.attnum)
    FROM pg_attribute AS a
    INNER JOIN pg_class AS c ON a.attrelid = c.oid INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT n.nspname || '.' || p.proname || '()', obj_description(p.oid, 'pg_proc')
    FROM pg_proc AS p INNER JOIN pg_namespace AS n ON p.pronamespace = n.oid WHERE n.nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = ANY(%(schemas)s)
) AS found
WHERE coalesce(comment, '') !~ '[\\u4e00-\\u9fff]'
ORDER BY relation
"""
SCHEMAS = ["ops", "raw", "staging", "quarantine", "vault", "warehouse", "ledger", "mart"]


def uncommented(connection: database.Connection) -> list[str]:
    """Schemas, relations, columns and functions without a comment that also a Chinese reader can read."""
    rows = connection.execute(UNCOMMENTED, {"schemas": SCHEMAS}).fetchall()
    known_without = {"ops.schema_version"}  # made by the code that runs the migrations, before any of them
    return [row[0] for row in rows if not row[0].startswith(tuple(known_without))]


def test_everything_in_the_database_is_commented(admin: database.Connection) -> None:
    assert uncommented(admin) == []


def test_a_column_without_comment_is_found(admin: database.Connection) -> None:
    admin.execute("CREATE TABLE ops.bare (a text); COMMENT ON TABLE ops.bare IS 'Bare 无'")
    assert uncommented(admin) == ["ops.bare.a"]


STAGING_ONLY = {"delivery_id", "stream", "row_ctid", "row_hash", "key_hash", "failed_critical", "failed_warning"}


def described(connection: database.Connection, schema: str, relation: str) -> dict[str, tuple[str, str]]:
    rows = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(col_description(a.attrelid, a.attnum), '') "
        "FROM pg_attribute AS a WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        (f"{schema}.{relation}",),
    ).fetchall()
    return {name: (kind, comment) for name, kind, comment in rows}


ALL_RESOURCES = [(contract, resource) for contract in contracts.load_all() for resource in contract.resources]
RESOURCE_NAMES = [resource.name for _, resource in ALL_RESOURCES]


@pytest.mark.parametrize(("contract", "resource"), ALL_RESOURCES, ids=RESOURCE_NAMES)
def test_contract_is_ddl_is_comments(
    contract: contracts.Contract, resource: contracts.Resource, admin: database.Connection
) -> None:
    staging = described(admin, "staging", resource.name)
    raw = described(admin, "raw", resource.name)
    columns = {column.name: column for column in resource.columns}
    assert [name for name in staging if name not in STAGING_ONLY] == list(columns)
    assert [name for name in raw if name in columns] == list(columns)
    for name, column in columns.items():
        assert staging[name] == (column.type, column.description)
        assert raw[name][0] == "text"
        assert column.description in raw[name][1]


def judged_columns(rules: Iterable[Rule]) -> set[str]:
    return {column for rule in rules for column in rule.columns}


@pytest.mark.parametrize(("contract", "resource"), ALL_RESOURCES, ids=RESOURCE_NAMES)
def test_suite_is_of_the_contract(contract: contracts.Contract, resource: contracts.Resource) -> None:
    rules = [rule for rule in catalogue() if rule.resource == resource.name]
    assert len(rules) >= 15
    # Every column of the contract is judged, and nothing else.
    assert judged_columns(rules) == {column.name for column in resource.columns}
    assert len({rule.rule_id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.rule_id.startswith(f"{resource.name}."), rule.rule_id
        assert all((rule.clause, rule.why, rule.fix)), rule.rule_id
        assert re.search(r"[\u4e00-\u9fff]", rule.fix), f"{rule.rule_id}: the fix is for the clerk, in Chinese"
        assert rule.severity in ("critical", "warning", "info"), rule.rule_id


@pytest.mark.parametrize("file", sorted((settings.ROOT / "dags").glob("*.py")), ids=lambda file: file.name)
def test_a_dag_file_only_wires(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    code = text.replace(ast.get_docstring(ast.parse(text), clean=False) or "", "")
    assert len(code.splitlines()) <= 80
    for name, line in imports(text):
        assert name.split(".")[0] in {"__future__", "airflow", "steppe"}, (
            f"line {line}: {name} has no place in a DAG file"
        )
    assert not re.search(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b", code)
    doc = ast.get_docstring(ast.parse(text)) or ""
    assert [part for part in ("Purpose:", "Reads:", "Writes:", "When it fails:") if part not in doc] == []


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_modules_stay_small_and_explained(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 500
    assert ast.get_docstring(ast.parse(text)), "says nothing about itself"


def tracked() -> list[Path]:
    """Files that are, or would be, in the repository."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [settings.ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


# A value given to a name that speaks of a secret: a literal of its own, not a variable or a reference to one.
SECRET = re.compile(
    r"""\b\w*(?:password|passwd|secret|token|api_key|fernet_key)s?["']?\s*[:=]\s*"""
    r"""["']?(?P<value>[A-Za-z0-9+/_\-]{6,}={0,2})["']?\s*(?:$|[,;#}\s])""",
    re.IGNORECASE,
)
URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+]*://[^\s:/@{}$]+:(?P<value>[^\s:/@{}$%]+)@")
CODE_WORD = re.compile(r"^[a-z_]+$|^[A-Z_]+$|^[A-Z][a-z]+$")


def secrets_in(text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern in (SECRET, URL_WITH_PASSWORD):
            for match in pattern.finditer(line):
                value = match["value"]
                if value != "password" and (pattern is URL_WITH_PASSWORD or not CODE_WORD.match(value)):
                    found.append(f"line {number}")
    return found


def test_no_secret_stands_in_the_tree() -> None:
    found = []
    for file in tracked():
        if file.name.startswith("requirements") or file.suffix in {".png", ".zip", ".xlsx"} or file == Path(__file__):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{file.relative_to(settings.ROOT)}: {place}" for place in secrets_in(text)]
        assert "BEGIN " + "PRIVATE KEY" not in text
    # Tests may name a password that opens nothing.
    assert [place for place in found if not place.startswith("tests/")] == []


@pytest.mark.parametrize(
    "line",
    ["password: hunter2hunter2", 'API_SECRET = "Zm9vYmFy+/=="', "url = postgresql://steppe:steppe1@localhost/steppe"],
)
def test_a_secret_in_a_line_is_found(line: str) -> None:
    assert secrets_in(line) == ["line 1"]


def pins(name: str) -> set[str]:
    text = (settings.ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9._-]+==[^\s;\\]+)", text, re.MULTILINE))


def test_the_development_lock_holds_the_other_and_both_are_hashed() -> None:
    # ./steppe takes an installed development lock for the other one, too.
    assert pins("requirements.txt")
    assert pins("requirements.txt") <= pins("requirements-dev.txt")
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"^(?=[A-Za-z0-9])", (settings.ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert [block.split()[0] for block in blocks[1:] if "--hash=sha256:" not in block] == []


def documents() -> Iterable[Path]:
    return [settings.ROOT / "README.md", *sorted((settings.ROOT / "docs").rglob("*.md"))]


def commands_in(text: str) -> set[str]:
    """The commands of ./steppe that a document names."""
    return set(re.findall(r"\./steppe ([a-z][a-z-]*)", text))


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_documents_name_commands_and_files_that_exist(file: Path) -> None:
    from steppe.cli import app
    from typer.main import get_command

    text = file.read_text(encoding="utf-8")
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert commands_in(text) - known == set()
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text):
        assert (file.parent / target).exists(), f"{target} is named and is not there"


def test_every_command_is_in_the_readme() -> None:
    from steppe.cli import app
    from typer.main import get_command

    readme = (settings.ROOT / "README.md").read_text(encoding="utf-8")
    assert set(get_command(app).commands) - commands_in(readme) == set()  # type: ignore[attr-defined]


def test_made_documents_are_up_to_date(admin: database.Connection) -> None:
    from steppe import dictionary

    assert [path.name for path in dictionary.stale(admin)] == [], "run ./steppe docs"


def test_alert_kinds_of_the_documents_are_those_of_the_table(admin: database.Connection) -> None:
    from steppe import dictionary

    row = admin.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ops.alert'::regclass AND conname ~ 'kind'"
    ).fetchone()
    assert row is not None
    assert set(re.findall(r"'([a-z_]+)'", row[0])) == set(dictionary.ALERTS)


def test_the_decisions_are_listed() -> None:
    folder = settings.ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert pages == set(re.findall(r"\]\(([^)/]+\.md)\)", index))


def test_linter_exclusions_carry_a_reason() -> None:
    text = (settings.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tomllib.loads(text)
    block = re.search(r"^ignore = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert block
    assert [line for line in block[1].splitlines() if "#" not in line] == []
