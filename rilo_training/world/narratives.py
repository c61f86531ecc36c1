"""One sentence on the method of each line, put together from phrases of our own."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.kinds import kinds
from rilo_training.world.labels import order
from rilo_training.world.streams import Source
from rilo_training.world.tables import parameters

FIELDS = ("detection", "conveyance", "location", "concealment")
"""The fields of a case that a narrative names, in the order of drawing."""


def draw_phrases(source: Source, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with one phrase per field: ``<field>_phrase``, a row of ``phrases.csv``."""
    rng = source.stream("narratives")
    drawn = {}
    for field in FIELDS:
        first, count = _phrases_of(field)
        label = cases[field].to_numpy(dtype=np.int64)
        luck = np.floor(rng.random(len(cases)) * count[label]).astype(np.int64)
        drawn[f"{field}_phrase"] = first[label] + luck
    return cases.assign(**drawn)


@cache
def _phrases_of(field: str) -> tuple[Indices, Indices]:
    """Return the first phrase and the number of phrases of each label of a field."""
    table = parameters("phrases")
    rows = table[table["field"].eq(field)]
    labels = rows["label"].to_numpy(dtype=object)
    first, count = [], []
    for label in order(field):
        found = rows.index[labels == label]
        first.append(found[0])
        count.append(len(found))
        if found[-1] - found[0] + 1 != len(found):
            raise ValueError(f"The phrases of '{label}' do not stand together in phrases.csv.")
    return np.array(first, dtype=np.int64), np.array(count, dtype=np.int64)


@cache
def goods_in_text() -> list[str]:
    """Return each kind of goods as it stands inside a sentence; names keep their capitals."""
    kept = ("MDMA", "HCFC", "HFC", "CFC", "US ", "IPR", "Saudi", "Dalbergia")
    return [
        name if name.startswith(kept) else name[0].lower() + name[1:]
        for name in map(str, kinds()["sub_commodity"])
    ]
