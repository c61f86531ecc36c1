"""Who reports, how much, and in which habits. Which Member plays which part is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training import codes
from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.places import commodity_shares, hiding_places
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters, scalar, vector


@dataclass(frozen=True)
class Habits:
    """How each Member reports; every array has one entry (or row) per Member.

    Attributes
    ----------
    weight : array of float, shape (members, commodities)
        Relative number of cases; 0 for a Member that does not report.
    lag_factor : array of float
        Multiplies the median delay of a report.
    weight_habit : array of int
        Which row of ``unit_habits.csv`` the Member follows.
    counts_sticks : array of bool
        Whether the Member records cigarettes in sticks.
    upload : array of int
        Which row of ``upload_habits.csv`` the Member follows.
    care : array of float
        Multiplies the rates of defects: above 1 for a Member that keys with less care. The mean
        over Members, weighted by their cases, is 1.
    dispersion : array of float
        Variance of the weekly counts of the Member divided by their mean.
    share : array of float
        Expected share of the Member among all cases.
    """

    weight: Floats
    lag_factor: Floats
    weight_habit: Indices
    counts_sticks: npt.NDArray[np.bool_]
    upload: Indices
    care: Floats
    dispersion: Floats
    share: Floats


def draw_habits(seed: int) -> Habits:
    """Return the habits of all Members in the world with this seed."""
    rng = stream(seed, "members")
    number = len(order("member"))
    rank = draw_ranks(rng)
    rate = rank ** -scalar("zipf_exponent_reporters")
    rate[rank > scalar("members_reporting")] = 0.0
    mix = rng.standard_normal((number, len(order("commodity"))))
    weight = rate[:, None] * np.exp(scalar("sigma_reporter_commodity") * mix)
    lag = rng.standard_normal(number)
    sticks = rng.random(number) < scalar("sticks_habit_percent") / 100
    habit = _drawn_habit(rng, "unit_habits", number)
    upload = _drawn_habit(rng, "upload_habits", number)
    share = _expected_share(weight)
    care = np.exp(scalar("care_sigma") * rng.standard_normal(number))
    low, high = scalar("weekly_dispersion_lowest"), scalar("weekly_dispersion_highest")
    return Habits(
        weight=weight,
        lag_factor=np.exp(scalar("lag_member_sigma") * lag),
        weight_habit=habit,
        counts_sticks=sticks,
        upload=upload,
        care=care / (care @ share),
        dispersion=low + (high - low) * rng.random(number),
        share=share,
    )


def _drawn_habit(rng: np.random.Generator, table: str, number: int) -> Indices:
    habits = [str(habit) for habit in parameters(table)["habit"]]
    return choose(rng, vector(table, "habit", habits)[None, :], np.zeros(number, dtype=np.int64))


def draw_ranks(rng: np.random.Generator) -> Floats:
    """Return a rank from 1 (largest) for each Member, drawn by ``member_size.csv``.

    The order of log weight plus Gumbel noise is an order drawn by weight without repetition.
    """
    weight = vector("member_size", "member", order("member"))
    noisy = np.log(weight) - np.log(-np.log(1 - rng.random(len(weight))))
    rank = np.empty(len(weight))
    rank[np.argsort(-noisy, kind="stable")] = np.arange(1, len(weight) + 1)
    return rank


def reachable() -> npt.NDArray[np.bool_]:
    """Return which Member (column) can make a seizure at which location (row).

    A Member without a coast has no seaport and no high seas; one without a land boundary has no
    land boundary, border river or railway across it.
    """
    members = codes.members()
    sea = members["has_seaport"].to_numpy(dtype=bool)
    land = members["has_land_boundary"].to_numpy(dtype=bool)
    table = np.ones((len(order("location")), len(members)), dtype=bool)
    for location in ("Seaport", "High seas"):
        table[order("location").index(location)] = sea
    for location in ("Land boundary", "River", "Rail"):
        table[order("location").index(location)] = land
    return table


def reporter_weights(weight: Floats) -> Floats:
    """Return the weight of each Member (last axis) by commodity and location."""
    return np.asarray(weight.T[:, None, :] * reachable()[None, :, :])


def _expected_share(weight: Floats) -> Floats:
    """Return the share of each Member among all cases, by expectation."""
    able = reporter_weights(weight)
    able = able / able.sum(axis=2, keepdims=True)
    place = hiding_places().sum(axis=2) * commodity_shares()[:, None]
    return np.asarray(np.einsum("cl,clm->m", place, able))
