"""How much is found: many small seizures and few bulk ones, by goods and place.

The quantity of a line is a mixture of two lognormals. A share of the lines is bulk, and holds a
share of the weight (``bulk_mixture.csv``); freight and the seaport carry more bulk than mail.
Both parts are scaled so that the mean over all places of a commodity is exactly the mean of
``quantities.csv``.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np

from rilo_training import codes
from rilo_training.world.draws import Indices
from rilo_training.world.labels import order
from rilo_training.world.places import hiding_places
from rilo_training.world.tables import Floats, parameters, scalar, vector


@cache
def relative_size() -> Floats:
    """Return how many times the mean quantity of a commodity is found at a place.

    Returns
    -------
    array of float, shape (commodities, locations, concealments)
        The mean over the places of a commodity is 1.
    """
    size = (
        vector("bulk_by_location", "location", order("location"))[:, None]
        * vector("bulk_by_concealment", "concealment", order("concealment"))[None, :]
    )
    power = vector("bulk_power", "commodity", order("commodity"))
    return _mean_one(size[None, :, :] ** power[:, None, None], hiding_places())


def _mean_one(size: Floats, weight: Floats) -> Floats:
    mean = (size * weight).sum(axis=(1, 2), keepdims=True) / weight.sum(axis=(1, 2), keepdims=True)
    return np.asarray(size / mean)


def _of_section(column: str) -> Floats:
    """Return a column of ``bulk_mixture.csv`` for each commodity."""
    table = parameters("bulk_mixture").set_index("section")[column]
    sections = codes.commodities().set_index("commodity")["section"].loc[order("commodity")]
    return table.loc[sections].to_numpy(dtype=np.float64)


@cache
def bulk_probability() -> Floats:
    """Return the probability that a line is bulk, by commodity, location and concealment.

    The mean over the places of a commodity is that of ``bulk_mixture.csv``; no place has more
    than nine in ten.
    """
    wanted = _of_section("value") / 100
    low, high = np.zeros(len(wanted)), np.full(len(wanted), 1e3)
    for _ in range(80):  # bisection: the mean grows with the scale
        scale = (low + high) / 2
        table = np.minimum(0.9, scale[:, None, None] * relative_size())
        below = (table * hiding_places()).sum(axis=(1, 2)) < wanted
        low, high = np.where(below, scale, low), np.where(below, high, scale)
    return np.minimum(0.9, high[:, None, None] * relative_size())


@cache
def small_size() -> Floats:
    """Return the relative mean of small seizures by commodity and place.

    Small seizures differ less between places than bulk ones; their mean, weighted by how many
    there are at each place, is 1.
    """
    size = relative_size() ** scalar("small_size_power")
    return _mean_one(size, hiding_places() * (1 - bulk_probability()))


def draw_quantity(
    rng: np.random.Generator,
    form: Indices,
    commodity: Indices,
    location: Indices,
    concealment: Indices,
) -> Floats:
    """Return one quantity per line, in base units, not rounded.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    form : array of int
        Rows of ``quantities.csv``.
    commodity, location, concealment : array of int
        Indices of the labels of the case.
    """
    forms = parameters("quantities")
    mean = forms["value"].to_numpy(dtype=np.float64)[form]
    sigma = forms["sigma"].to_numpy(dtype=np.float64)[form]
    place = (commodity, location, concealment)
    is_bulk = rng.random(len(form)) < bulk_probability()[place]
    lines = _of_section("value")[commodity] / 100
    weight = _of_section("bulk_weight_percent")[commodity] / 100
    spread = _of_section("bulk_sigma")[commodity]
    luck = rng.standard_normal((len(form), 3))
    # The mean of a lognormal is exp(mu + sigma**2 / 2): the second term is taken off here.
    small = (1 - weight) / (1 - lines) * small_size()[place]
    small = small * np.exp(sigma * luck[:, 0] - sigma**2 / 2)
    # A bulk quantity is a lognormal cut off at some sigmas above its median: the first of the
    # three numbers of the line below the cut. Every line uses up three, whatever it is, so that
    # a story that changes one line leaves the others as they are.
    cut = scalar("bulk_highest_sigmas")
    below = luck <= cut
    first = luck[np.arange(len(form)), np.argmax(below, axis=1)]
    cut_luck = np.where(below.any(axis=1), first, cut)
    bulk = weight / lines * np.exp(spread * cut_luck) / _cut_means()[commodity]
    drawn = mean * np.where(is_bulk, bulk, small)
    return np.minimum(drawn * limit_scale()[form], largest()[form, concealment])


@cache
def largest() -> Floats:
    """Return the largest quantity by form (row of ``quantities.csv``) and concealment.

    Only what is weighed or measured has a limit, and only where a parcel or a person carries it.
    """
    limits = parameters("largest_quantity").set_index("concealment")["value"]
    limit = limits.reindex(order("concealment")).to_numpy(dtype=np.float64)
    weighed = parameters("quantities")["measure"].isin(["mass", "litres", "cigarettes"])
    table = np.where(weighed.to_numpy()[:, None] & ~np.isnan(limit)[None, :], limit, np.inf)
    return np.asarray(table)


@cache
def limit_scale() -> Floats:
    """Return by how much quantities are scaled so that the limits do not change the means.

    The mean of a limited lognormal is known; the scale is found by bisection for each form.
    """
    forms = parameters("quantities")
    mean = forms["value"].to_numpy(dtype=np.float64)[:, None, None]
    at = np.array([order("commodity").index(name) for name in forms["commodity"]])
    share, rare = hiding_places()[at], bulk_probability()[at]
    lines = _of_section("value")[at][:, None, None] / 100
    weight = _of_section("bulk_weight_percent")[at][:, None, None] / 100
    limit = np.broadcast_to(largest()[:, None, :], share.shape)
    small = mean * (1 - weight) / (1 - lines) * small_size()[at]
    sigma = np.broadcast_to(forms["sigma"].to_numpy(dtype=np.float64)[:, None, None], share.shape)
    bulk = mean * weight / lines
    spread = np.broadcast_to(_of_section("bulk_sigma")[at][:, None, None], share.shape)
    low, high = np.ones(len(forms)), np.full(len(forms), 50.0)
    for _ in range(40):
        scale = (low + high) / 2
        times = scale[:, None, None]
        found = share * (
            (1 - rare) * _limited_mean(times * small, sigma, limit, np.inf)
            + rare * _limited_mean(times * bulk, spread, limit, scalar("bulk_highest_sigmas"))
        )
        below = found.sum(axis=(1, 2)) < mean[:, 0, 0] * share.sum(axis=(1, 2))
        low, high = np.where(below, scale, low), np.where(below, high, scale)
    # Rounded, so that the last digits of a system do not reach the rows.
    return np.where(np.isfinite(largest()).any(axis=1), np.round(high, 6), 1.0)


def _limited_mean(mean: Floats, sigma: Floats, limit: Floats, cut: float) -> Floats:
    """Return the mean of the smaller of a limit and a lognormal with this mean.

    `cut` is how many sigmas above its median the lognormal ends; infinity for a whole one.
    """
    from scipy.special import ndtr

    whole = np.exp(sigma**2 / 2) * ndtr(cut - sigma) / ndtr(cut)
    median = mean / whole
    with np.errstate(divide="ignore"):
        z = np.minimum(np.log(limit / median) / sigma, cut)
    below = median * np.exp(sigma**2 / 2) * ndtr(z - sigma) / ndtr(cut)
    finite = np.where(np.isfinite(limit), limit, 0.0)
    return np.asarray(below + np.where(z < cut, finite * (1 - ndtr(z) / ndtr(cut)), 0.0))


@cache
def _cut_means() -> Floats:
    """Return the mean of the cut lognormal of bulk lines with median 1, for each commodity."""
    cut, below = scalar("bulk_highest_sigmas"), NormalDist().cdf
    return np.array(
        [
            np.exp(sigma**2 / 2) * below(cut - sigma) / below(cut)
            for sigma in _of_section("bulk_sigma")
        ]
    )
