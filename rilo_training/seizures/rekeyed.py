"""Find cases that were keyed a second time under another number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rilo_training.seizures.cells import Cells

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Positions = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

FACTS: dict[str, tuple[str, ...]] = {
    "seizure_date": (),
    "sub_commodity": (),
    "quantity": (),
    "value_usd": (),
    "direction": (),
    "conveyance": (),
    "location": ("conveyance",),
    "concealment": ("conveyance",),
    "detection": ("sub_commodity",),
    "departure_country": ("sub_commodity",),
    "destination_country": ("direction", "reporting_country"),
    "transit_country": ("direction", "reporting_country"),
    "is_ecommerce": ("concealment",),
    "persons": ("concealment",),
    "seizure_port": ("location", "reporting_country"),
    "departure_port": ("departure_country", "conveyance"),
    "transit_port": ("transit_country", "conveyance"),
    "destination_port": ("destination_country", "conveyance"),
    "narrative": ("sub_commodity", "conveyance", "concealment", "location", "detection"),
}
"""What two keyings of one seizure share, and the columns that already tell a part of it. The unit
is left out, since it slips."""
BLOCKS = (
    ("quantity", "value_usd"),
    ("seizure_date", "sub_commodity", "departure_country"),
    ("seizure_date", "quantity"),
    ("sub_commodity", "value_usd", "destination_country"),
    ("narrative", "quantity", "departure_country"),
)
"""Two rows of one Member are compared when they agree in all columns of one of these."""
NEIGHBOURS = 4
"""Within a block a row is compared with so many that were reported after it, so that the work
grows with the table and not with its square."""
MISKEYED = 0.02
"""Assumption: how often a fact is not the same in a second keying."""
PRIOR = 0.02
"""Assumption: share of cases that are keyed twice."""
MARGIN_BITS = 8.0
"""Evidence asked for beyond the prior, in powers of two, since facts are not independent."""


def near_duplicates(
    cells: Cells, labels: pd.DataFrame, copies: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return the positions of rows of cases that were keyed before, as `exact_duplicates` does.

    Parameters
    ----------
    cells : Cells
        The table.
    labels : pandas.DataFrame
        Its columns with a code list, in the labels of the list where the meaning is sure.
    copies : array of int
        Positions of exact duplicates: they are left out.
    """
    import numpy as np
    import pandas as pd

    facts = [name for name in FACTS if cells.has(name)]
    kept = np.setdiff1d(np.arange(len(cells.table)), copies)
    if not cells.has("case_id") or len(facts) < 3 or len(kept) < 2:
        return duplicate_rows(kept[:0], kept[:0], "near", np.empty(0), [])
    table = cells.table.iloc[kept].reset_index(drop=True)
    for name in labels.columns:
        table[name] = labels[name].to_numpy()[kept]
    # Earlier reports first; then what the rows hold, and at last their labels, settle the rest.
    keys = ["report_date", "case_id", "line_no", "seizure_date", "quantity", "value_usd"]
    keys = [name for name in keys if name in table.columns]
    order = table.sort_values(keys, kind="stable").index.to_numpy()
    table, kept = table.iloc[order].reset_index(drop=True), kept[order]
    others = [name for name in ("case_id", "reporting_country") if name in table.columns]
    codes = {name: pd.factorize(table[name])[0] for name in [*facts, *others]}
    if "narrative" in codes:
        codes["narrative"] = pd.factorize(table["narrative"].str.slice(0, 60))[0]
    member = np.zeros(len(table), dtype=np.int64)
    if cells.has("reporting_country"):
        member = pd.factorize(table["reporting_country"])[0]
    first, second = _candidates(codes, member)
    if not len(first):
        return duplicate_rows(kept[:0], kept[:0], "near", np.empty(0), [])
    bits = _evidence(codes, facts, first, second)
    size = np.bincount(member + 1)[member + 1]
    sure = bits >= np.log2(size[first] / PRIOR) + MARGIN_BITS
    pairs = _one_each(first[sure], second[sure], bits[sure])
    pairs = _other_lines(pairs, codes, table)
    return _as_rows(pairs, codes, facts, kept)


def _candidates(codes: dict[str, Positions], member: Positions) -> tuple[Positions, Positions]:
    """Return pairs of rows of one Member and two cases that agree in a block."""
    import numpy as np
    import pandas as pd

    number = len(member)
    pairs = []
    for block in BLOCKS:
        known = [name for name in block if name in codes]
        if len(known) < 2:
            continue
        group = member.copy()
        filled = np.ones(number, dtype=bool)
        for name in known:
            group = pd.factorize(group * (codes[name].max() + 2) + codes[name] + 1)[0]
            filled &= codes[name] >= 0
        order = np.argsort(group, kind="stable")
        order = order[filled[order]]
        for step in range(1, NEIGHBOURS + 1):
            left, right = order[:-step], order[step:]
            together = group[left] == group[right]
            together &= codes["case_id"][left] != codes["case_id"][right]
            pairs.append(left[together] * number + right[together])
    if not pairs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    both = np.unique(np.concatenate(pairs))
    return both // number, both % number


def _evidence(
    codes: dict[str, Positions], facts: list[str], first: Positions, second: Positions
) -> Floats:
    """Return for each pair the bits that speak for one seizure.

    The share of a value is taken among the rows that are equal in the columns that tell a part
    of it: a port adds little to its country.
    """
    import numpy as np
    import pandas as pd

    bits = np.zeros(len(first))
    for name in facts:
        code = codes[name]
        known = [parent for parent in FACTS[name] if parent in codes]
        parent = np.zeros(len(code), dtype=np.int64)
        for column in known:
            parent = pd.factorize(parent * (codes[column].max() + 2) + codes[column] + 1)[0]
        pair = pd.factorize(parent * (code.max() + 2) + code + 1)[0]
        filled = code >= 0
        group = np.bincount(parent[filled], minlength=parent.max() + 1)
        share = np.bincount(pair[filled], minlength=pair.max() + 1)[pair] / np.maximum(
            group[parent], 1
        )
        left, right = code[first], code[second]
        both = (left >= 0) & (right >= 0)
        same = both & (left == right)
        bits[same] += np.log2((1 - MISKEYED) / share[second[same]])
        alike = np.square(np.bincount(code[filled]) / max(1, filled.sum())).sum()
        bits[both & ~same] += np.log2(MISKEYED / max(1 - alike, MISKEYED))
    return bits


def _one_each(first: Positions, second: Positions, bits: Floats) -> pd.DataFrame:
    """Return for each later row the earlier one with the most evidence."""
    import pandas as pd

    pairs = pd.DataFrame({"first": first, "second": second, "bits": bits})
    pairs = pairs.sort_values(["second", "bits", "first"], ascending=[True, False, True])
    return pairs.drop_duplicates("second")


def _other_lines(
    pairs: pd.DataFrame, codes: dict[str, Positions], table: pd.DataFrame
) -> pd.DataFrame:
    """Return the pairs with the other lines of the same two cases added, by their line number."""
    import pandas as pd

    if "line_no" not in table.columns:
        return pairs
    lines = pd.DataFrame({"case": codes["case_id"], "line": table["line_no"]})
    lines["place"] = lines.index
    cases = pd.DataFrame(
        {
            "case": codes["case_id"][pairs["first"]],
            "again": codes["case_id"][pairs["second"]],
            "bits": pairs["bits"].to_numpy(),
        }
    )
    cases = cases.sort_values(["again", "bits", "case"], ascending=[True, False, True])
    cases = cases.drop_duplicates("again")
    both = cases.merge(lines, on="case").merge(
        lines.rename(columns={"case": "again", "place": "second"}), on=["again", "line"]
    )
    both = both.rename(columns={"place": "first"})[["first", "second", "bits"]]
    found = pd.concat([pairs, both], ignore_index=True)
    return found.drop_duplicates("second")


def _as_rows(
    pairs: pd.DataFrame,
    codes: dict[str, Positions],
    facts: list[str],
    kept: Positions,
) -> pd.DataFrame:
    """Return the pairs as positions of the whole table, with what differs."""
    import numpy as np

    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    differs = np.column_stack([codes[name][first] != codes[name][second] for name in facts])
    patterns, which = np.unique(differs, axis=0, return_inverse=True)
    texts = [
        "another case number; "
        + (f"differs in {', '.join(names)}" if names else "the same in all else")
        for pattern in patterns
        for names in [[name for name, differ in zip(facts, pattern, strict=True) if differ]]
    ]
    reasons = np.array(texts, dtype=object)[which.ravel()]
    return duplicate_rows(
        kept[second], kept[first], "near", pairs["bits"].to_numpy(), list(reasons)
    )


def duplicate_rows(
    position: Positions, first: Positions, kind: str, bits: Floats, reasons: Sequence[str]
) -> pd.DataFrame:
    """Return duplicates as a table, in the order of their positions."""
    import numpy as np
    import pandas as pd

    found = pd.DataFrame(
        {
            "position": position,
            "first": first,
            "kind": pd.Series([kind] * len(position), dtype="str"),
            "evidence_bits": np.round(bits, 1),
            "reason": pd.Series(list(reasons), dtype="str"),
        }
    )
    return found.sort_values("position", ignore_index=True)
