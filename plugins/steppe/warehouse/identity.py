"""Identity: an ID number becomes a person token, outside the server and without being kept in memory.

The token is the first 16 bytes of HMAC-SHA256 over the normalised ID number. Its key stays with the installation's secrets and never
reaches the server; only ID numbers that a sender has not named before are asked for, in a stream.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from psycopg import pq, sql
from psycopg.errors import OperationalError

from steppe import database, settings
from steppe.database import Connection
from steppe.warehouse import partitions
from steppe.warehouse.partitions import Table
from steppe.warehouse.targets import Target

_IDENTITY = Table("vault", "identity")
_COLUMNS = ("person_key", "id_number", "sender_code", "region_code", "name", "phone", "birth_date", "delivery_id")
_TYPES = {"name": "text", "phone": "text", "birth_date": "date"}
_LINES_PER_WRITE = 4000
_READ_WHOLE_UP_TO_ROWS = 40_000  # about 8 MB


def tokeniser(key: bytes) -> Callable[[bytes | memoryview], bytes]:
    """A function from an ID number's bytes to its token's hexadecimal form.

    The same as ``hmac.digest(key, number, "sha256").hex()[:32]`` in less than half the time: both padded keys are hashed once.
    """
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block)).copy
    outer = sha256(bytes(byte ^ 0x5C for byte in block)).copy

    def token(number: bytes | memoryview) -> bytes:
        within, around = inner(), outer()
        within.update(number)
        around.update(within.digest())
        return hexlify(around.digest()[:16])

    return token


def _tokeniser() -> Callable[[bytes | memoryview], bytes]:
    return tokeniser(bytes.fromhex(settings.secret("person_token")))


def recognises(connection: Connection) -> bool:
    """Whether the installation's key gives a person on file the token that he has; so it does where nobody is on file."""
    row = connection.execute("SELECT id_number, person_key FROM vault.identity LIMIT 1").fetchone()
    return row is None or _tokeniser()(row[0].encode()).decode() == row[1].hex


def tokenise(
    connection: Connection, delivery_id: int, sender_code: str, targets: tuple[Target, ...], *, is_newest: bool = True
) -> int:
    """Make sure that ``vault.identity`` has a token for every person whom the delivery's staged rows name.

    Args:
        connection: the publication's, inside its transaction: the identities are visible when the publication is.
        delivery_id: a gated delivery; its staged rows are committed.
        sender_code: who delivers it.
        targets: what the delivery is published into.
        is_newest: no later period of the sender is published; only then do names and phones replace those on file.

    Returns:
        Number of persons named for the first time by this sender.
    """
    naming = [target for target in targets if target.names_persons]
    if not naming:
        return 0
    child = _IDENTITY.child(sender_code)
    is_new = not partitions.exists(connection, child)
    if is_new:
        connection.execute(
            # Room on each page lets a changed phone or name be updated in place, without a new entry in the indexes.
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS) WITH (fillfactor = 90)").format(
                child.identifier, _IDENTITY.identifier
            )
        )
    elif is_newest and any(target.resource.name == "person" for target in naming):
        _refresh_contacts(connection, delivery_id, child)
    named = 0
    with _reader(connection, delivery_id) as reader:
        for position, target in enumerate(naming):
            query = _unknown(target, naming[:position], delivery_id, sender_code, has_known=not is_new)
            named += _stream(reader, connection, query, child)
    if is_new:
        partitions.attach(connection, _IDENTITY, child, "sender_code", sender_code)
        # The joins that follow need to know how many persons there are; what is added later, autovacuum tells in time.
        connection.execute("SET LOCAL default_statistics_target = 10")
        connection.execute(sql.SQL("ANALYZE {} (id_number, sender_code)").format(child.identifier))
    return named


@contextmanager
def _reader(connection: Connection, delivery_id: int) -> Iterator[Connection]:
    """What is streamed out is read by a second connection: one cannot do both, and the staged rows are committed.

    Of a small delivery it is read whole instead: a connection costs more than such a delivery's persons.
    """
    row = connection.execute(
        "SELECT sum(rows_accepted) FROM ops.delivery_resource WHERE delivery_id = %s", (delivery_id,)
    ).fetchone()
    if row and (row[0] or 0) <= _READ_WHOLE_UP_TO_ROWS:
        yield connection
        return
    with database.connect("loader", autocommit=True, application="steppe tokenise") as reader:
        yield reader


def _refresh_contacts(connection: Connection, delivery_id: int, child: Table) -> None:
    """Bring name, phone and date of birth of known persons up to what a register delivery's changed rows say."""
    connection.execute(
        sql.SQL(
            "UPDATE {} AS identity SET region_code = source.region_code, name = source.name, phone = source.phone, "
            "birth_date = source.birth_date, delivery_id = source.delivery_id FROM staging.person AS source "
            "WHERE source.delivery_id = %(delivery_id)s AND identity.id_number = source.id_number "
            "AND (identity.region_code, identity.name, identity.phone, identity.birth_date) "
            "IS DISTINCT FROM (source.region_code, source.name, source.phone, source.birth_date)"
        ).format(child.identifier),
        {"delivery_id": delivery_id},
    )


def _unknown(
    target: Target, before: list[Target], delivery_id: int, sender_code: str, *, has_known: bool
) -> sql.Composed:
    """The persons a resource names whom neither the vault nor a resource before it names, each once, the ID number first."""
    has = {column.name for column in target.resource.columns}
    repeats = target.resource.key != ("id_number",)

    def value(column: str) -> sql.Composable:
        if column not in has:
            return sql.SQL("NULL::{}").format(sql.SQL(_TYPES[column]))  # type: ignore[arg-type]
        reference = sql.Identifier("source", column)
        return sql.SQL("min({})").format(reference) if repeats else reference

    known: list[sql.Composable] = [
        sql.SQL(
            "AND NOT EXISTS (SELECT FROM {} AS earlier WHERE earlier.delivery_id = {} AND earlier.id_number = source.id_number)"
        ).format(other.staging, sql.Literal(delivery_id))
        for other in before
    ]
    if has_known:
        known.append(
            sql.SQL(
                "AND NOT EXISTS (SELECT FROM vault.identity WHERE identity.sender_code = {} AND identity.id_number = source.id_number)"
            ).format(sql.Literal(sender_code))
        )
    return sql.SQL(
        "SELECT source.id_number, {sender}, {region}, {name}, {phone}, {birth_date}, {delivery} FROM {staging} AS source "
        "WHERE source.delivery_id = {delivery} AND source.id_number IS NOT NULL {known} {grouping}"
    ).format(
        sender=sql.Literal(sender_code),
        region=value("region_code"),
        name=value("name"),
        phone=value("phone"),
        birth_date=value("birth_date"),
        delivery=sql.Literal(delivery_id),
        staging=target.staging,
        known=sql.SQL(" ").join(known),
        grouping=sql.SQL("GROUP BY source.id_number" if repeats else ""),
    )


def _stream(reader: Connection, writer: Connection, query: sql.Composed, child: Table) -> int:
    token = _tokeniser()
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    lines: list[bytes | memoryview] = []
    add, count = lines.append, 0
    copied: Iterable[memoryview] = _copied_lines(reader, sql.SQL("COPY ({}) TO STDOUT").format(query))
    if reader is writer:
        copied = list(copied)
    with writer.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(child.identifier, columns)) as sink:
        for line in copied:
            # An accepted ID number has 18 characters; the tab after it is where the line is told apart.
            add(token(line[:18]))
            add(b"\t")
            add(line)
            count += 1
            if len(lines) >= _LINES_PER_WRITE:
                sink.write(b"".join(lines))
                lines.clear()
        sink.write(b"".join(lines))
    return count


def _copied_lines(connection: Connection, statement: sql.Composed) -> Iterator[memoryview]:
    """The lines of a COPY TO STDOUT as libpq hands them over; half the time of psycopg's own iterator."""
    server = connection.pgconn
    result = server.exec_(statement.as_bytes(connection))
    if result.status != pq.ExecStatus.COPY_OUT:
        raise OperationalError("the persons to be tokenised could not be read")
    while True:
        size, line = server.get_copy_data(0)
        if size <= 0:
            break
        yield line
    while (last := server.get_result()) is not None:
        if last.status != pq.ExecStatus.COMMAND_OK:
            raise OperationalError("reading the persons to be tokenised was interrupted; run the publication again")
