"""One sentence on the method of each line, put together from phrases of our own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters


def draw_narratives(seed: int, cases: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """Return one sentence per line; it names no person and no company.

    The phrases of a case stay the same on all its lines; the goods are those of the line.

    Returns
    -------
    array of str objects
    """
    rng = stream(seed, "narratives")
    fields = ("detection", "conveyance", "location", "concealment")
    phrase = {field: _phrases(rng, field, cases[field]) for field in fields}
    start = phrase["detection"] + " " + phrase["conveyance"] + " " + phrase["location"] + ": "
    case = lines["case"].to_numpy(dtype=np.int64)
    goods = np.array([_in_text(str(name)) for name in lines["sub_commodity"]], dtype=object)
    end = " " + phrase["concealment"] + "."
    return np.asarray(start[case] + goods + end[case])


def _phrases(rng: np.random.Generator, field: str, labels: pd.Series) -> np.ndarray:
    """Return a phrase for each label, one of those listed for it."""
    table = parameters("phrases")
    table = table[table["field"].eq(field)]
    count = labels.map(table["label"].value_counts()).to_numpy(dtype=np.int64)
    first = table.reset_index(drop=True).groupby("label").apply(lambda rows: rows.index[0])
    at: Indices = labels.map(first).to_numpy(dtype=np.int64)
    at = at + np.floor(rng.random(len(labels)) * count).astype(np.int64)
    return table["phrase"].to_numpy(dtype=object)[at]


def _in_text(name: str) -> str:
    """Return a label as it stands inside a sentence: abbreviations and names keep capitals."""
    kept = ("MDMA", "HCFC", "HFC", "CFC", "US ", "IPR", "Saudi", "Dalbergia")
    return name if name.startswith(kept) else name[0].lower() + name[1:]
