"""Tables of other shapes than ours: made-up declarations of other administrations."""

from __future__ import annotations

import numpy as np
import pandas as pd


def declarations(rows: int, seed: int, with_gaps: bool = True) -> tuple[pd.DataFrame, np.ndarray]:
    """Nineteen columns as other administrations write them, and an outcome of about 2 per cent."""
    return declarations_and_risk(rows, seed, with_gaps)[:2]


def declarations_and_risk(
    rows: int, seed: int, with_gaps: bool = True
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Declarations, their outcome, and the probability by which it was drawn.

    Importers and origins with goods differ in risk, a low price for the goods raises it, and so
    does a combination of use and payment. Codes are whole numbers; dates are texts.
    """
    rng = np.random.default_rng(seed)
    importer = (rng.pareto(1.1, rows) * 20).astype(int) % max(rows // 15, 20)
    goods = rng.integers(0, 120, rows)
    origin = rng.integers(0, 25, rows)
    use, payment = rng.integers(0, 6, rows), rng.integers(0, 5, rows)
    effect = np.random.default_rng(7)
    of_importer = 0.9 * effect.standard_normal(max(rows // 15, 20))
    of_route = 0.6 * effect.standard_normal((25, 12))
    of_use = 0.6 * effect.standard_normal((6, 5))
    usual = np.exp(effect.normal(3, 1.2, 120))
    deviation = rng.standard_normal(rows)
    mass = np.exp(rng.normal(5, 1.2, rows))
    score = (
        of_importer[importer]
        + of_route[origin, goods // 10]
        + of_use[use, payment]
        + 0.9 * np.clip(-deviation - 0.5, 0, 3)
    )
    score = score - np.quantile(score, 0.985) - 0.7
    p = 1 / (1 + np.exp(-1.6 * score))
    y = rng.random(rows) < p
    day = rng.integers(0, 500, rows)
    table = pd.DataFrame(
        {
            "Declaration": 97_000_000 + rng.permutation(rows),
            "Date": pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(day, "D")).dt.strftime(
                "%Y-%m-%d"
            ),
            "Office ID": rng.integers(10, 60, rows),
            "Process Type": pd.Categorical(rng.choice(list("BDC"), rows)),
            "Import Type": rng.choice([11, 12, 13, 95], rows),
            "Import Use": use + 21,
            "Payment Type": payment * 11 + 10,
            "Mode": rng.choice([10, 40], rows),
            "Declarant": np.char.add("DCL", rng.integers(0, 300, rows).astype(str)),
            "Importer ID": np.char.add("IMP", importer.astype(str)),
            "Seller ID": np.char.add("SEL", (importer * 3 + rng.integers(0, 4, rows)).astype(str)),
            "HS10": (1_000_000_000 + 70_000_000 * (goods // 2) + 1000 * goods).astype(np.int64),
            "Origin": np.char.add("C", origin.astype(str)),
            "Tax Rate": np.round(usual[goods] % 9, 1),
            "Net Mass": np.round(mass, 1),
            "Item Price": np.round(mass * usual[goods] * np.exp(0.5 * deviation), 2),
            "Express": rng.random(rows) < 0.3,
            "Goods": [
                f"part {g} model {m} used item"
                for g, m in zip(goods, mass.astype(int), strict=True)
            ],
            "Nothing": np.nan,
        }
    )
    if with_gaps:
        for name in ("Net Mass", "Seller ID", "Tax Rate", "Goods"):
            table[name] = table[name].mask(rng.random(rows) < 0.05)
    return table, y, p


def wildlife(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Lines of wildlife imports with missing values, and whether they were refused."""
    return wildlife_and_risk(rows, seed)[:2]


def wildlife_and_risk(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Lines of wildlife imports, whether they were refused, and the probability of it."""
    rng = np.random.default_rng(seed)
    species = rng.choice(np.array([f"genus{i} species" for i in range(200)]), rows)
    purpose = rng.choice(list("TSPMEB"), rows)
    source = rng.choice(np.array(["W", "C", "F", "U", None], object), rows)
    quantity = rng.integers(1, 500, rows).astype(float)
    score = -4.5 + 2.0 * (source == "W") + 1.2 * (purpose == "P") + 0.004 * quantity
    p = 1 / (1 + np.exp(-score))
    y = np.where(rng.random(rows) < p, "refused", "cleared")
    table = pd.DataFrame(
        {
            "control_number": np.arange(rows) + 2_000_000_000,
            "species": species,
            "purpose": purpose,
            "source": source,
            "qty": pd.array(np.where(rng.random(rows) < 0.1, None, quantity), dtype="Float64"),
            "unit": rng.choice(["NO", "KG", "LT"], rows),
            "shipped": pd.Timestamp("2019-03-01")
            + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
            "disposed": pd.Timestamp("2019-03-05")
            + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
            "one_value": "US",
        }
    )
    return table, y, p
