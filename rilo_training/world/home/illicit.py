"""The documented model of p_illicit: log-odds that add up, their scale, and the outcome.

Every factor stands in the tables ``home_effects``, ``home_tendencies``, ``home_night_effects``,
``home_paper_effects`` and ``home_drawn_effects``. Their sum is multiplied by one scale, and one
intercept is added, so that the share of illicit consignments and the expected AUC of the known
probability are those of the tables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.home.goods import GOODS, MODES, goods_groups, headings
from rilo_training.world.home.parties import FIRST_DAY, Parties, scalar_of
from rilo_training.world.home.traffic import is_night, levels
from rilo_training.world.labels import order
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, matrix, vector

NEW_DAYS = 180
"""A spelling registered within so many days before the period, or in it, is new."""


def effect(name: str) -> float:
    """Return one value of the table ``home_effects``."""
    return scalar_of("home_effects", "factor", name)


def _beyond(z: Floats, threshold: float) -> Floats:
    """Return how far a deviation is beyond its threshold, in standard deviations."""
    return np.clip(z - threshold, 0.0, effect("deviation_highest"))


def factors(seed: int, drawn: pd.DataFrame, parties: Parties) -> pd.DataFrame:
    """Return what each factor adds to the log-odds of each consignment, before scaling.

    Parameters
    ----------
    seed : int
        Seed of the world; the effects of countries and goods are drawn for each world, so that
        no country is judged on invented data.
    drawn : pandas.DataFrame
        The rows of `draw_traffic` and `draw_goods`, with ``package_deviation`` and
        ``relation_past``.
    parties : Parties
        All parties.

    Returns
    -------
    pandas.DataFrame
        One column per factor, in log-odds, in the order of `drawn`.
    """
    heading, mode = drawn["heading"].to_numpy(), drawn["mode"].to_numpy()
    group = goods_groups()[heading]
    names = parties.importer.spellings
    at = drawn["importer_at"].to_numpy()
    since = names["since"].to_numpy().astype("datetime64[D]")[at]
    is_new = since > FIRST_DAY - NEW_DAYS
    is_shared = parties.importer.is_shared[names["address_at"].to_numpy()[at]]
    new_relation = drawn["relation_past"].to_numpy() == 0
    other_agent = drawn["is_other_agent"].to_numpy()
    detour, vague = drawn["is_detour"].to_numpy(), drawn["is_vague"].to_numpy()
    mismatch = drawn["is_mismatch"].to_numpy()

    value = _beyond(-drawn["value_z"].to_numpy(), effect("value_threshold"))
    package = _beyond(np.abs(drawn["package_deviation"].to_numpy()), effect("package_threshold"))
    lead = _beyond(-drawn["lead_z"].to_numpy(), effect("lead_threshold"))
    night = is_night(drawn["hour"].to_numpy())

    rng = stream(seed, "home_effects")
    sigma = {
        name: scalar_of("home_drawn_effects", "factor", name)
        for name in ("origin_goods", "heading", "departure")
    }
    origins = levels("home_origins", "country")
    by_goods = sigma["origin_goods"] * rng.standard_normal((len(origins), len(GOODS)))
    by_heading = sigma["heading"] * rng.standard_normal(len(headings()))
    by_departure = sigma["departure"] * rng.standard_normal(len(order("country")))
    papers = matrix(
        "home_paper_effects",
        "documents",
        "payment",
        levels("home_documents", "documents"),
        levels("home_payments", "payment"),
    )
    incomplete = drawn["documents"].to_numpy() > 0
    return pd.DataFrame(
        {
            "importer": parties.importer.tendency[drawn["importer"].to_numpy()],
            "exporter": parties.exporter.tendency[drawn["exporter"].to_numpy()],
            "agent": parties.agent.tendency[drawn["agent"].to_numpy()],
            "new_importer": effect("new_importer") * is_new,
            "shared_address": effect("shared_address") * is_shared,
            "new_relation": effect("new_relation") * new_relation,
            "other_agent": effect("other_agent") * other_agent,
            "value": effect("value_deviation") * value,
            "package": effect("package_deviation") * package,
            "description": effect("mismatch") * mismatch + effect("vague") * vague,
            "heading": by_heading[heading],
            "origin_goods": by_goods[drawn["origin"].to_numpy(), group],
            "departure": by_departure[drawn["departure"].to_numpy()],
            "detour": effect("detour") * detour,
            "lead": effect("short_lead") * lead,
            "night": vector("home_night_effects", "mode", MODES)[mode] * night,
            "papers": papers[drawn["documents"].to_numpy(), drawn["payment"].to_numpy()],
            "mismatch and detour": effect("mismatch and detour") * (mismatch & detour),
            "value and new_relation": effect("value and new_relation")
            * ((value > 0) & new_relation),
            "night and short_lead": effect("night and short_lead") * (night & (lead > 0)),
            "papers and detour": effect("papers and detour") * (incomplete & detour),
            "package and other_agent": effect("package and other_agent")
            * ((package > 0) & other_agent),
            "vague and new_relation": effect("vague and new_relation") * (vague & new_relation),
        }
    )


def expected_auc(p: npt.ArrayLike) -> float:
    """Return the AUC that a known probability is expected to reach.

    Parameters
    ----------
    p : array of float
        Probabilities, 0 to 1.

    Returns
    -------
    float
        The expected number of pairs of an illicit and a licit consignment in which the illicit
        one has the higher probability, divided by the expected number of such pairs.

    Examples
    --------
    >>> from rilo_training.world.home.illicit import expected_auc
    >>> round(expected_auc([0.0, 1.0]), 3), round(expected_auc([0.5, 0.5]), 3)
    (1.0, 0.5)
    """
    ordered = np.sort(np.asarray(p, dtype=np.float64))
    licit = 1 - ordered
    # Of two equal probabilities one stands before the other: each such pair counts one half.
    below = np.cumsum(licit) - licit
    pairs = ordered.sum() * licit.sum() - (ordered * licit).sum()
    return float((ordered * below).sum() / pairs)


def sigmoid(logit: Floats) -> Floats:
    """Return the probability of log-odds."""
    return 1 / (1 + np.exp(-logit))


def intercept_for(logit: Floats, share: float) -> float:
    """Return what must be added to log-odds so that their mean probability is `share`.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.illicit import intercept_for
    >>> round(intercept_for(np.zeros(3), 0.5), 6)
    0.0
    """
    low, high = -40.0, 40.0
    found = float(np.log(share / (1 - share)) - logit.mean())
    for _ in range(60):
        p = sigmoid(logit + found)
        miss = float(p.mean()) - share
        if abs(miss) < 1e-9:
            break
        low, high = (low, found) if miss > 0 else (found, high)
        # Newton's step, or the middle when it would leave what is known.
        step = found - miss / max(float((p * (1 - p)).mean()), 1e-12)
        found = step if low < step < high else (low + high) / 2
    return found


def calibrate(logit: Floats, share: float, auc: float) -> tuple[float, float]:
    """Return the scale and the intercept that give the share and the expected AUC.

    The AUC grows with the scale, so the scale is found by bisection.

    Parameters
    ----------
    logit : array of float
        Log-odds before scaling.
    share : float
        Wanted mean probability.
    auc : float
        Wanted expected AUC of the probability.
    """
    ordered = np.sort(logit)
    low, high = 0.0, 8.0
    for _ in range(22):
        scale = (low + high) / 2
        p = sigmoid(scale * ordered + intercept_for(scale * ordered, share))
        low, high = (scale, high) if expected_auc(p) < auc else (low, scale)
    scale = (low + high) / 2
    return scale, intercept_for(scale * ordered, share)
