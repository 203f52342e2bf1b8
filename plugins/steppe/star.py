"""The star: which fact hangs on which dimension, told by the columns they share. As text for GitHub, as a drawing for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

# The columns by which a fact leads to each dimension, nearest first.
KEYS: Mapping[str, tuple[str, ...]] = {
    "dim_region": ("region_code",),
    "dim_village": ("village_code",),
    "dim_date": ("month", "due_month", "started_on"),
    "dim_household": ("household_id",),
    "dim_person": ("person_key",),
    "dim_employer": ("employer_uscc", "uscc", "credit_code"),
    "dim_pv_station": ("station_code",),
    "dim_vacancy": ("vacancy_code",),
    "dim_intermediary": ("intermediary_code",),
    "dim_course": ("course_code",),
    "dim_workshop": ("workshop_code",),
    "dim_welfare_post": ("post_code",),
}
ROW, WIDTH, BOX = 34, 900, 230


def links(columns: Mapping[str, Iterable[str]]) -> list[tuple[str, str, str]]:
    """(fact, dimension, column) of each join of the star.

    Args:
        columns: names of the columns of each table of the warehouse.
    """
    found = []
    for fact in sorted(name for name in columns if name.startswith("fct_")):
        own = set(columns[fact])
        for dimension, keys in KEYS.items():
            key = next((key for key in keys if key in own), None)
            if key and dimension in columns:
                found.append((fact, dimension, key))
    return found


def mermaid(columns: Mapping[str, Iterable[str]]) -> str:
    """An entity-relationship diagram that GitHub draws."""
    lines = [f"    {dimension} ||--o{{ {fact} : {key}" for fact, dimension, key in links(columns)]
    return "\n".join(("erDiagram", *lines))


def svg(columns: Mapping[str, Iterable[str]]) -> str:
    """The same as a drawing: facts at the left, dimensions at the right, a line for each join."""
    joins = links(columns)
    facts = sorted({fact for fact, _, _ in joins})
    dimensions = [name for name in KEYS if any(name == dimension for _, dimension, _ in joins)]
    height = max(len(facts), len(dimensions)) * ROW + 10
    left = {name: 5 + place * (height - 10) / len(facts) for place, name in enumerate(facts)}
    right = {name: 5 + place * (height - 10) / len(dimensions) for place, name in enumerate(dimensions)}
    lines = [
        f'<line x1="{BOX}" y1="{left[fact] + 13:.0f}" x2="{WIDTH - BOX}" y2="{right[dimension] + 13:.0f}">'
        f"<title>{fact}.{key} = {dimension}</title></line>"
        for fact, dimension, key in joins
    ]
    boxes = [_box(0, top, name, "fact") for name, top in left.items()]
    boxes += [_box(WIDTH - BOX, top, name, "dimension") for name, top in right.items()]
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The star: facts and their dimensions">'
    return "\n".join((head, *lines, *boxes, "</svg>"))


def _box(x: int, y: float, name: str, kind: str) -> str:
    return (
        f'<a href="#warehouse{name}"><rect class="{kind}" x="{x}" y="{y:.0f}" width="{BOX}" height="26" rx="4"/>'
        f'<text x="{x + 10}" y="{y + 18:.0f}">{escape(name)}</text></a>'
    )
