"""Make `rilo_training/charts/countries.json` from the file countries-50m.json of world-atlas.

    python datasets/geo/make_countries.py FOLDER

FOLDER holds the unpacked npm package world-atlas 2.0.2. Needs numpy and babel, which Jupyter
installs. The sheet beside this file says what is in the result and what is not.
"""

import json
import sys
from pathlib import Path

import numpy as np
from babel.core import get_global

STEP_DEG = 0.01
"""Places are stored as whole numbers of this step."""
TOLERANCE_DEG = 0.03
"""How far a simplified line may be from the original one."""
LEFT_OUT = {"AQ"}
TARGET = Path(__file__).resolve().parents[2] / "rilo_training" / "charts" / "countries.json"

# Places with an ISO 3166 code that have no polygon at 1:50m (longitude, latitude in degrees).
POINTS = {
    "BQ": (-68.26, 12.18),
    "CC": (96.83, -12.17),
    "CX": (105.67, -10.49),
    "GF": (-53.00, 4.00),
    "GI": (-5.35, 36.14),
    "GP": (-61.55, 16.25),
    "MQ": (-61.02, 14.64),
    "RE": (55.54, -21.12),
    "SJ": (16.00, 78.50),
    "TK": (-171.85, -9.17),
    "TV": (179.20, -8.52),
    "YT": (45.16, -12.83),
}

# Where the middle of the largest polygon is not where a reader looks for the country.
ANCHORS = {"MY": (102.2, 3.9), "ID": (110.2, -7.3), "RU": (60.0, 58.0), "US": (-98.0, 39.0)}


def simplified(points: np.ndarray) -> np.ndarray:
    """Return the points of a line that Douglas and Peucker keep; a ring keeps four or more."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    is_ring = bool((points[0] == points[-1]).all())
    if is_ring:
        far = int(np.argmax(np.hypot(*(points - points[0]).T)))
        keep[far] = True
        spans = [(0, far), (far, len(points) - 1)]
    else:
        spans = [(0, len(points) - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        along = points[end] - points[start]
        offsets = points[start + 1 : end] - points[start]
        length = float(np.hypot(*along))
        if length:
            distances = np.abs(along[0] * offsets[:, 1] - along[1] * offsets[:, 0]) / length
        else:
            distances = np.hypot(*offsets.T)
        middle = start + 1 + int(np.argmax(distances))
        if distances.max() > TOLERANCE_DEG or (is_ring and keep.sum() < 4):
            keep[middle] = True
            spans += [(start, middle), (middle, end)]
    return points[keep]


def ring_points(arcs: list[np.ndarray], ring: list[int]) -> np.ndarray:
    """Return the points of a ring of arcs; the number of a turned arc is its complement."""
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in ring]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def anchor(arcs: list[np.ndarray], polygons: list[list[list[int]]]) -> list[float]:
    """Return the middle of the largest polygon of a country."""
    best, place = -1.0, [0.0, 0.0]
    for polygon in polygons:
        x, y = ring_points(arcs, polygon[0]).T.astype(float)
        x = np.unwrap(x, period=360 / STEP_DEG)  # one island of Fiji crosses 180 degrees
        cross = x[:-1] * y[1:] - x[1:] * y[:-1]
        size = abs(cross.sum() / 2) * np.cos(np.radians(y.mean() * STEP_DEG))
        if size > best:
            best = size
            total = cross.sum()
            middle = (
                [float(((v[:-1] + v[1:]) * cross).sum() / (3 * total)) for v in (x, y)]
                if total
                else [float(x.mean()), float(y.mean())]
            )
            place = [round(v * STEP_DEG, 2) for v in middle]
    return place


def main(folder: Path) -> None:
    """Read the topology, simplify it, and write it with the codes of the countries."""
    topology = json.loads((folder / "countries-50m.json").read_text(encoding="utf-8"))
    scale = np.array(topology["transform"]["scale"])
    shift = np.array(topology["transform"]["translate"])
    arcs = []
    for arc in topology["arcs"]:
        points = simplified(np.cumsum(np.array(arc), axis=0) * scale + shift)
        arcs.append(np.rint(points / STEP_DEG).astype(int))
    alpha2 = {
        number: names[0]
        for number, names in get_global("territory_aliases").items()
        if number.isdigit()
    }
    countries: dict[str, list[list[list[int]]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = alpha2.get(shape.get("id", ""), "")
        if code not in LEFT_OUT:
            polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
            countries.setdefault(code, []).extend(polygons)
    used = sorted(
        {n if n >= 0 else ~n for p in countries.values() for q in p for ring in q for n in ring}
    )
    place = {number: position for position, number in enumerate(used)}
    anchors = {code: anchor(arcs, polygons) for code, polygons in countries.items() if code}
    anchors |= {code: list(where) for code, where in (POINTS | ANCHORS).items()}
    kept = {
        code: [
            [[place[n] if n >= 0 else ~place[~n] for n in ring] for ring in polygon]
            for polygon in polygons
        ]
        for code, polygons in sorted(countries.items())
    }
    flat = [np.diff(arcs[n], axis=0, prepend=[[0, 0]]).ravel().tolist() for n in used]
    lines = [
        '{"source": "Natural Earth 4.1.0, 1:50m, public domain, as in world-atlas 2.0.2",',
        f'"step_deg": {STEP_DEG},',
        f'"anchors": {json.dumps(dict(sorted(anchors.items())), separators=(",", ":"))},',
        f'"points": {json.dumps(sorted(POINTS))},',
        '"countries": {',
        ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in kept.items()),
        '},\n"arcs": [',
        ",\n".join(json.dumps(arc, separators=(",", ":")) for arc in flat),
        "]}\n",
    ]
    TARGET.write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
