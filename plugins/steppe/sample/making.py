"""Making the sample: sender by sender, month by month, so that memory holds one sender's people at a time."""

from __future__ import annotations

import csv
import itertools
import json
import random
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from steppe.sample import broken, defects, delivery, employers, feeds, insurance, people, region, register, solar
from steppe.sample.broken import Broken, Right
from steppe.sample.days import Month
from steppe.sample.defects import Kind, Place, Slot
from steppe.sample.delivery import File, Table
from steppe.sample.employers import Employers
from steppe.sample.feeds import Feed
from steppe.sample.frauds import Doubled, Frauds
from steppe.sample.insurance import Insurance
from steppe.sample.kinds import RATES, ROW_KINDS
from steppe.sample.office import Office
from steppe.sample.region import Sender
from steppe.sample.solar import Solar
from steppe.sample.work import Labour, Targets

# The two goals that a tenth of the region should find nearly met, and one met: shares of the notice's figures (C6.2).
_OUT_SHARE = 173_500 / region.FULL_PERSONS
_JINGMENG, _BEIJING = 7_920, 528
# So few villages and units even in a tiny sample that every kind of defect finds a file that can bear it.
_LEAST_PV_VILLAGES, _LEAST_UNITS = 360, 320
_ANSWER_COLUMNS = ("kind", "level", "file_name", "resource", "line_no", "rule_ids", "note")
_RESOURCE_SHARES = {  # rows per person, low estimates: how many defects a file can bear is planned before it is made
    "household": 0.33, "person": 1.0, "employment": 0.28, "enrollment": 0.45, "contribution": 0.22,
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """What was made: the deliveries, and the key that the pipeline never sees."""

    files: tuple[Path, ...]
    answer_key_path: Path
    region_path: Path


@dataclass
class _Making:
    """One run of ``generate``."""

    folder: Path
    scale: float
    seed: int
    months: list[Month]  # the baseline first
    plan: dict[tuple[str, str, str], list[Kind]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    signs: list[tuple[str, str, str]] = field(default_factory=list)  # (signal, month, subject)
    doubled: list[Doubled] = field(default_factory=list)  # persons whom the next sender's register is to claim, too
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[tuple[str, Month], list[list[Table]]] = field(
        default_factory=dict
    )  # source, month → each sender's tables
    feed_counts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # source → month → sender → figures


def generate(out: Path, scale: float | str, months: Sequence[str], seed: int, baseline_year: int = 2019) -> Sample:
    """Write the sample's deliveries, answer key and true figures below ``out``; what an earlier run left there is replaced.

    Args:
        out: a folder.
        scale: share of the region's real population, up to 1, or ``full``. From 0.002 on every kind of defect is present.
        months: delivered months, ``YYYY-MM``, rising. The register is also delivered for December of the baseline year.
        seed: the same seed makes the same bytes.
        baseline_year: year of last year's list of migrants.

    Raises:
        ValueError: months that do not rise or do not lie after the baseline, or a scale out of range.
    """
    share = 1.0 if scale == "full" else float(scale)
    if not 0 < share <= 1:
        raise ValueError(f"scale must be above 0 and up to 1, not {scale}")
    wanted = [Month(baseline_year, 12), *map(Month.parse, months)]
    if len(wanted) < 2 or any(later <= earlier for earlier, later in itertools.pairwise(wanted)):
        raise ValueError(f"months must rise and lie after December {baseline_year}: {', '.join(months)}")
    folder = out / "deliveries"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    making = _Making(folder, share, seed, wanted)
    sizes = _sizes(share)
    making.plan = defects.plan(ROW_KINDS, _slots(sizes, wanted), RATES, seed)
    firms = employers.everywhere(np.random.default_rng([seed, 1]))
    targets = _targets(share, [size.persons for size in sizes], seed)
    for size, target in zip(sizes, targets, strict=True):
        _make_sender(making, size, target, firms)
    for feed in feeds.all_feeds():
        _make_feed(making, feed)
    path = broken.unknown_file(folder)
    making.files.append(path)
    making.answers.append(_answer_delivery("unknown_file", path.name, "unknown_file", "不是报送包"))
    return _write_facts(making, out)


@dataclass(frozen=True)
class _Size:
    """How much one sender has."""

    sender: Sender
    persons: int
    villages: int
    pv_villages: int
    units: int


def _sizes(share: float) -> list[_Size]:
    senders = region.senders()
    weights = [sender.population_weight for sender in senders]
    total = round(region.FULL_PERSONS * share)
    persons = region.apportion(total, weights, at_least=min(60, total // 50))
    pv = region.apportion(
        max(_LEAST_PV_VILLAGES, round(region.FULL_PV_VILLAGES * share)),
        [sender.pv_weight for sender in senders],
        at_least=2,
    )
    villages = region.apportion(round(region.FULL_VILLAGES * share), weights)
    units = region.apportion(max(_LEAST_UNITS, round(region.FULL_EMPLOYERS * share)), weights, at_least=3)
    return [
        _Size(sender, count, max(village, pv_village + 1, len(sender.banners)), pv_village, unit)
        for sender, count, village, pv_village, unit in zip(senders, persons, villages, pv, units, strict=True)
    ]


def _slots(sizes: Sequence[_Size], months: Sequence[Month]) -> list[Slot]:
    slots = []
    for number, month in enumerate(months):
        for size in sizes:
            rows = {name: int(size.persons * share) for name, share in _RESOURCE_SHARES.items()}
            rows |= {"employer_unit": size.units, "station": size.pv_villages}
            rows |= {"settlement": int(size.pv_villages * 0.7), "allocation": int(size.pv_villages * 0.8)}
            rows["post"] = int(0.55 * max(size.pv_villages, min(5 * size.pv_villages, size.persons // 50)))
            delivered = [*rows] if number else ["household", "person", "employment"]
            slots += [
                Slot(size.sender.code, month.code, name, rows[name], size.sender.file_format == "csv")
                for name in delivered
            ]
    return slots


def _targets(share: float, persons: Sequence[int], seed: int) -> list[Targets]:
    """Each sender's figures: last year's, and this year's, which some surpass and some miss."""
    rng = np.random.default_rng([seed, 2])
    total = sum(persons)
    before = region.apportion(
        round(_OUT_SHARE * total), (np.array(persons) * rng.uniform(0.93, 1.07, len(persons))).tolist()
    )
    after = region.apportion(
        round(_OUT_SHARE * total * 0.998), (np.array(before) * rng.uniform(0.975, 1.03, len(persons))).tolist()
    )
    beijing = [region.apportion(round(_BEIJING * share * part), persons) for part in (0.9, 1.02)]
    jingmeng = [region.apportion(round(_JINGMENG * share * part), persons) for part in (0.88, 0.985)]
    return [
        Targets((before[at], after[at]), (beijing[0][at], beijing[1][at]), (jingmeng[0][at], jingmeng[1][at]))
        for at in range(len(persons))
    ]


def _make_sender(making: _Making, size: _Size, target: Targets, firms: Employers) -> None:
    sender, months = size.sender, making.months
    rng = np.random.default_rng([making.seed, 3, sender.index])
    villages = region.villages(sender, size.villages, rng)
    homes, population = people.make(sender, villages, size.persons, months, rng)
    units = employers.local(sender, size.units, rng)
    labour = Labour(sender, villages, population, units=units, firms=firms, targets=target, rng=rng)
    pv = Solar(sender, villages, size.pv_villages, months[1:], population, rng=rng)
    labour.keep_posts(pv.holder, months[0], 0)
    labour.open_year(months[0], 0)
    staff, of_unit = labour.insure(insurance.INSURED_SHARE)
    insured = insurance.insured(staff, of_unit, months[0].first_day, rng)
    lost = max(insurance.LEAST_LOST, round(size.persons * insurance.LOST_SHARE))
    former = insurance.former(*labour.lose_insured_work(lost, months[0].year), rng)
    office = Office(
        sender=sender,
        villages=villages,
        homes=homes,
        people=population,
        labour=labour,
        insurance=Insurance(sender, villages, population, units, staff=insured, former=former, seed=making.seed),
        solar=pv,
    )
    frauds = Frauds(office, months, np.random.default_rng([making.seed, 5, sender.index]), making.doubled)
    making.doubled = frauds.to_double()
    books = {
        feed.SOURCE: feed.open_book(office, months, _chance(making, feed.SOURCE, sender.index))
        for feed in feeds.all_feeds()
    }
    for step, month in enumerate(months):
        if step:
            register.advance(homes, population, labour, month, step, rng=rng)
            frauds.advance(month, step)
        making.counts.setdefault(month.text, {})[sender.code] = labour.figures(month)
        for source, tables in _deliveries(office, month, step):
            _deliver(making, sender, source, month, tables, rng=rng)
        for source, book in books.items() if step else ():
            making.parts.setdefault((source, month), []).append(book.tables(month, step))
            figures = making.feed_counts.setdefault(source, {}).setdefault(month.text, {})
            figures[sender.code] = book.figures(month)
        suspects = [book for book in (frauds, *books.values()) if isinstance(book, feeds.Suspect)]
        for signal, subjects in (sign for each in suspects if step for sign in each.signs(month).items()):
            making.signs += [(signal, f"{month.text}-01", subject) for subject in subjects.tolist()]


def _chance(making: _Making, source: str, place: int) -> np.random.Generator:
    """Chance of a feed's own, so that one feed more leaves all others as they are."""
    return np.random.default_rng([making.seed, 4, zlib.crc32(source.encode()), place])


def _make_feed(making: _Making, feed: Feed) -> None:
    """Deliver what all senders' offices told of a source, in the agency's name."""
    agency = region.agency()
    whole = {
        month: [Table.joined(parts) for parts in zip(*making.parts.pop((feed.SOURCE, month)), strict=True)]
        for month in making.months[1:]
    }
    slots = [
        Slot(agency.code, month.code, table.resource.name, len(table), agency.file_format == "csv")
        for month, tables in whole.items()
        for table in tables
    ]
    making.plan |= defects.plan(feed.KINDS, slots, feed.RATES, making.seed)
    for month, tables in whole.items():
        rng = _chance(making, feed.SOURCE, len(region.senders()) + month.index)
        _deliver(making, agency, feed.SOURCE, month, tables, rng=rng, refused=feed.BROKEN)


def _deliveries(office: Office, month: Month, step: int) -> Iterator[tuple[str, list[Table]]]:
    yield (
        register.SOURCE,
        register.tables(office.homes, office.people, office.villages, office.labour, month, step=step),
    )
    if step:
        yield insurance.SOURCE, office.insurance.tables(month, step)
        yield solar.SOURCE, office.solar.tables(month)


def _deliver(
    making: _Making,
    sender: Sender,
    source: str,
    month: Month,
    tables: list[Table],
    *,
    rng: np.random.Generator,
    refused: Sequence[Broken] = broken.KINDS,
) -> None:
    chance = random.Random(f"{making.seed} {sender.code} {source} {month.code}")  # noqa: S311 - a reproducible sample
    banners = [str(code) for other in region.senders() if other.code != sender.code for code in other.banners]

    def make_place(table: Table, at: int) -> Place:
        others = [code for code in banners if code != table.columns["region_code"][at]]
        return Place(table, at, chance, month.code, month.next.code, others[chance.randrange(len(others))])

    path = making.folder / f"{source}_{sender.code}_{month.code}.zip"
    files: list[File] = []
    for table in tables:
        kinds = making.plan.get((sender.code, month.code, table.resource.name), [])
        if table.resource.name == "contribution":
            _add_contributions_of_dead(table, tables, sum(kind.pool == "dead" for kind in kinds), chance, month)
        seeded = defects.sow(table, kinds, make_place, rng)
        files.append(delivery.file(table, sender))
        for defect in seeded:
            for at in defect.rows:
                making.answers.append(_answer_row(defect.kind, path.name, table.line_number(at)))
    said = delivery.manifest(source, sender.code, month, files)
    making.files.append(delivery.write_zip(path, delivery.members(said, files), month))
    right = Right(source, sender, month, tables, files)
    which = {"first": making.months[1], "last": making.months[-1]}
    for kind_of in refused:
        if (kind_of.source, kind_of.sender, which[kind_of.month]) == (source, sender.code, month):
            bad = broken.write(kind_of, right, making.folder)
            making.files.append(bad)
            making.answers.append(_answer_delivery(kind_of.name, bad.name, kind_of.rule, kind_of.note))


def _add_contributions_of_dead(
    table: Table, tables: Sequence[Table], count: int, chance: random.Random, month: Month
) -> None:
    """Rows as the office would write them for persons whose enrolment says that they died before."""
    enrolments = next(other for other in tables if other.resource.name == "enrollment")
    rows = enrolments.pools["dead"].tolist()[:count]
    added = []
    for at in rows:
        values = dict.fromkeys(table.columns, "") | {
            "id_number": enrolments.columns["id_number"][at],
            "region_code": enrolments.columns["region_code"][at],
            "scheme": "170", "settled_month": month.code, "due_month": month.code, "base_fen": "200.00",
            "employer_due_fen": "0.00", "person_due_fen": "200.00", "employer_paid_fen": "0.00", "person_paid_fen": "200.00",
            "is_received": "1", "received_on": f"{month.code}12",
        }  # fmt: skip
        added.append(table.add(values, chance, after=0))
    table.pools = {**table.pools, "dead": np.array(added, dtype=np.int64)}


def _answer_row(kind: Kind, file_name: str, line_no: int) -> dict[str, Any]:
    values = (kind.name, kind.level, file_name, kind.resource, line_no, ";".join(kind.rules), kind.note)
    return dict(zip(_ANSWER_COLUMNS, values, strict=True))


def _answer_delivery(kind: str, file_name: str, rule: str, note: str) -> dict[str, Any]:
    values = (f"delivery.{kind}", "delivery", file_name, "", "", f"delivery.{rule}", note)
    return dict(zip(_ANSWER_COLUMNS, values, strict=True))


def _write_facts(making: _Making, out: Path) -> Sample:
    key, facts = out / "answer_key.csv", out / "region.json"
    with key.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, _ANSWER_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(making.answers)
    with (out / "signs.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([("signal", "month", "subject"), *making.signs])
    document = {
        "scale": making.scale,
        "seed": making.seed,
        "baseline": making.months[0].text,
        "months": [month.text for month in making.months[1:]],
        "deliveries": len(making.files),
        "true": _with_totals(making.counts),
        "true_of_feeds": {source: _with_totals(counts) for source, counts in sorted(making.feed_counts.items())},
    }
    facts.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Sample(tuple(making.files), key, facts)


def _with_totals(counts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Month → total and each sender's figures."""
    return {
        month: {
            "total": {
                name: sum(figures[name] for figures in senders.values()) for name in next(iter(senders.values()))
            },
            "by_sender": senders,
        }
        for month, senders in counts.items()
    }
