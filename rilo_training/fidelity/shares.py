"""Published shares against those of plain worlds: one row per share, one test per table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.fidelity.chance import LEVEL, chi_square, design_effect, holm, share_p
from rilo_training.fidelity.measure import Measure
from rilo_training.fidelity.plain import PlainWorld
from rilo_training.fidelity.published import ALL, KEYS, PAIRS, TITLES, published
from rilo_training.world.tables import parameters


def tally(world: PlainWorld) -> pd.DataFrame:
    """Return how often each share was met in a plain world.

    Tallies of several worlds can be added up with `pooled`.

    Returns
    -------
    pandas.DataFrame
        The rows of `published` with ``count``, ``of`` (cases or lines within the group) and
        ``spread`` (variance of the count; of lines, clustered by case).
    """
    cases, lines = world.cases, world.lines
    groups = parameters("route_groups").set_index("commodity")["value"]
    route_group = cases["commodity"].astype("str").map(groups)
    regions = codes.countries().set_index("alpha2")["rilo_region"]
    came_in = cases["direction"].isin(["Import", "Transit"]) & cases["departure"].ne("Unknown")
    went_out = cases["direction"].eq("Export") & cases["destination"].ne("Unknown")
    departure, destination = (
        cases[end].astype("str").map(regions) for end in ("departure", "destination")
    )
    every = pd.Series(ALL, index=cases.index)
    online = cases["is_ecommerce"].map({True: "Ordered online", False: "no"})
    lost = {end: cases[end].eq("Unknown") for end in ("departure", "destination")}
    lost["both"] = lost["departure"] & lost["destination"]
    found = [
        _count("commodities", cases["section"], cases["commodity"]),
        *(_count(table, cases["commodity"], cases[field]) for table, field in PAIRS.items()),
        _count("ecommerce", cases["commodity"], online),
        _count("ecommerce", every, online),
        _count("flows in", route_group[came_in], departure[came_in]),
        _count("flows out", route_group[went_out], destination[went_out]),
        *(
            _count("unknown countries", every, is_lost.map({True: name, False: "no"}))
            for name, is_lost in lost.items()
        ),
    ]
    counted = pd.concat(found).drop_duplicates(KEYS).set_index(KEYS)
    rows = published().join(counted, on=KEYS)
    groups_seen = counted.reset_index().groupby(["table", "within"])["of"].first()
    size = rows.join(groups_seen.rename("size"), on=["table", "within"])["size"]
    rows = rows.assign(count=rows["count"].fillna(0.0), of=size.fillna(0.0))
    rows["spread"] = rows["of"] * rows["expected"] * (1 - rows["expected"])
    of_lines = [
        _clustered(rows[rows["table"].eq("sections")], lines, "section", False),
        _clustered(rows[rows["table"].eq("sub_commodities")], lines, "sub_commodity", True),
    ]
    return pd.concat([rows[rows["unit"].eq("cases")], *of_lines]).sort_index()


def _count(table: str, within: pd.Series, label: pd.Series) -> pd.DataFrame:
    """Return the counts of labels within groups, in the form of `KEYS`."""
    keyed = pd.DataFrame({"within": within.astype("str"), "label": label.astype("str")})
    counts = keyed.value_counts().rename("count").astype("float64").reset_index()
    counts["of"] = counts.groupby("within")["count"].transform("sum")
    return counts.assign(table=table)


def _clustered(
    rows: pd.DataFrame, lines: pd.DataFrame, label: str, by_commodity: bool
) -> pd.DataFrame:
    """Return the rows with counts of lines; the spread is the sum over cases of (y - p n)²."""
    group = lines["commodity"] if by_commodity else pd.Series(ALL, index=lines.index)
    keyed = pd.DataFrame({"case": lines["case"], "within": group, "label": lines[label]})
    size = keyed.groupby(["case", "within"]).size().rename("n").reset_index()
    own = keyed.groupby(["case", "within", "label"]).size().rename("y").reset_index()
    own = own.merge(size, on=["case", "within"])
    sums = own.assign(yy=own["y"] ** 2, yn=own["y"] * own["n"]).groupby(["within", "label"])
    sums_of = sums[["y", "yy", "yn"]].sum()
    size_of = size.assign(nn=size["n"] ** 2).groupby("within")[["n", "nn"]].sum()
    rows = rows.drop(columns=["count", "of", "spread"])
    rows = rows.join(sums_of, on=["within", "label"]).join(size_of, on="within").fillna(0.0)
    p = rows["expected"]
    rows["spread"] = rows["yy"] - 2 * p * rows["yn"] + p**2 * rows["nn"]
    rows = rows.rename(columns={"y": "count", "n": "of"})
    return rows.drop(columns=["yy", "yn", "nn"])


def pooled(tallies: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the tallies of several worlds as one."""
    every = list(tallies)
    total = every[0].copy()
    for name in ("count", "of", "spread"):
        total[name] = np.sum([one[name].to_numpy(dtype=np.float64) for one in every], axis=0)
    return total


def share_table(counts: pd.DataFrame) -> pd.DataFrame:
    """Return each published share beside the share found, with a test of the difference.

    Parameters
    ----------
    counts : pandas.DataFrame
        What `tally` or `pooled` returned.

    Returns
    -------
    pandas.DataFrame
        The cited rows that the world has any cases for: ``table``, ``within``, ``label``,
        ``unit``, ``expected``, ``found``, ``count``, ``of``, ``se`` (standard error of `found`,
        clustered by case), ``z``, ``p``, ``p_adjusted`` (Holm, over all rows), ``holds``.
    """
    rows = counts[counts["cited"] & counts["of"].gt(0)].copy()
    count, of, share, spread = (
        rows[name].to_numpy(dtype=np.float64) for name in ("count", "of", "expected", "spread")
    )
    rows["found"] = count / of
    rows["se"] = np.sqrt(share * (1 - share) / of * design_effect(of, share, spread))
    rows["z"] = (rows["found"] - share) / rows["se"].where(rows["se"] > 0)
    rows["p"] = share_p(count, of, share, spread)
    rows["p_adjusted"] = holm(rows["p"])
    rows["holds"] = rows["p_adjusted"] >= LEVEL
    columns = [*KEYS, "unit", "expected", "found", "count", "of", "se", "z", "p", "p_adjusted"]
    return rows[[*columns, "holds"]].reset_index(drop=True)


def table_tests(counts: pd.DataFrame) -> pd.DataFrame:
    """Return one test for each published table: all its shares together.

    Each group with at least one cited row gives a statistic of Pearson; those of a table are
    added up. Counts of lines are corrected by their mean design effect.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``shares`` (how many are cited), ``statistic``, ``freedom``, ``p``,
        ``p_adjusted`` (Holm, over the tables), ``holds``.
    """
    from scipy.stats import chi2

    found = []
    for table, rows in counts.groupby("table", sort=False):
        statistic, freedom = 0.0, 0
        for group in _groups(str(table), rows):
            share, count, of = (
                group[name].to_numpy(dtype=np.float64) for name in ("expected", "count", "of")
            )
            large = of * share >= 5
            effect = 1.0
            if group["unit"].iloc[0] == "lines" and large.any():
                spread = group["spread"].to_numpy(dtype=np.float64)
                effect = float(design_effect(of, share, spread)[large].mean())
            one, more = chi_square(count, of * share, effect)
            statistic, freedom = statistic + one, freedom + more
        p = float(chi2.sf(statistic, freedom)) if freedom else 1.0
        found.append((table, int(rows["cited"].sum()), statistic, freedom, p))
    result = pd.DataFrame(found, columns=["table", "shares", "statistic", "freedom", "p"])
    result["p_adjusted"] = holm(result["p"])
    return result.assign(holds=result["p_adjusted"] >= LEVEL)


def _groups(table: str, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the groups of a table whose shares add up to 1, when they hold a cited row."""
    if table == "unknown countries":  # each of the two ends, and both, without overlap
        both = rows[rows["label"].eq("both")]
        rows = rows.copy()
        for name in ("expected", "count"):
            rows.loc[rows["label"].ne("both"), name] -= both[name].iloc[0]
    if table == "ecommerce":  # the region's own share is the sum of the others
        rows = rows[rows["within"].ne(ALL)]
    for _, group in rows.groupby("within"):
        if not group["cited"].any() or not group["of"].iloc[0]:
            continue
        if table in ("ecommerce", "unknown countries"):
            rest = group.iloc[[0]].assign(
                expected=1 - group["expected"].sum(),
                count=group["of"].iloc[0] - group["count"].sum(),
            )
            group = pd.concat([group, rest])
        yield group


def measure_shares(counts: pd.DataFrame, worlds: int) -> list[Measure]:
    """Return the measures of the summary: all shares by themselves, and each table."""
    rows, tests = share_table(counts), table_tests(counts)
    part = "Published shares"
    outside = int((~rows["holds"]).sum())
    of = "this world" if worlds == 1 else f"{worlds} worlds together"
    found = [
        Measure(
            part,
            f"Single shares, {of}",
            f"none of {len(rows)} further away than chance explains",
            f"{outside} further away",
            outside == 0,
        )
    ]
    for row in tests.to_dict("records"):
        found.append(
            Measure(
                part,
                f"{TITLES[row['table']]}, {of}",
                f"corrected p at least {LEVEL:g}",
                f"p = {row['p_adjusted']:.3g}",
                bool(row["holds"]),
            )
        )
    return found
