"""Plant the defects of real data in the true lines, and keep the truth about each.

Every defect has a rate in the raw extract and a lower one in the validated extract
(``defects.csv``). One random number decides both: what is still wrong after validation was wrong
before it. A Member that keys with less care has more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.labels import order
from rilo_training.world.recipe import DAYS, FIRST_DAY
from rilo_training.world.setting import Setting
from rilo_training.world.streams import Source
from rilo_training.world.tables import Floats, parameters

Form = Literal["raw", "validated"]
Flags = npt.NDArray[np.bool_]

SPELLED = ("sub_commodity", "commodity", "location")
"""The fields whose labels are sometimes spelled in another way."""


@dataclass(frozen=True)
class Chances:
    """The random numbers that decide which rows get which defect.

    Attributes
    ----------
    of_cases : dict of str to array of float, shape (cases, 2)
        For each defect of a case: one number for the first keying and one for the second.
    of_lines : dict of str to array of float, shape (lines, 2)
        The same for each defect of a line.
    second_day : array of int
        Day of report of the second keying of each case, should there be one.
    number_luck : array of float, shape (cases, 2)
        Decides the order of the running numbers within a day of report.
    details : array of int, shape (cases, 2)
        What the invented personal detail is made from.
    """

    of_cases: dict[str, Floats]
    of_lines: dict[str, Floats]
    second_day: Indices
    number_luck: Floats
    details: Indices


def rate(defect: str, form: Form) -> float:
    """Return the rate of a defect in one form of the extract, as a share.

    Examples
    --------
    >>> from rilo_training.world.defects import rate
    >>> rate("exact_duplicate", "validated") < rate("exact_duplicate", "raw")
    True
    """
    table = parameters("defects")
    found = table[table["name"].eq(defect) & table["form"].eq(form)]["value"]
    return float(found.iloc[0]) / 100


def draw_chances(source: Source, cases: pd.DataFrame, lines: int) -> Chances:
    """Return the random numbers for the defects of some cases and their lines."""
    number = len(cases)
    rng = source.stream("rekeyed")
    again = rng.random(number)
    mean = rate("near_duplicate_lag_days", "raw") * 100
    lag_days = 1 + np.floor(-mean * np.log(1 - rng.random(number))).astype(np.int64)
    spelling = source.stream("spellings")
    personal = source.stream("personal")
    return Chances(
        of_cases={
            "near_duplicate": again,
            "swapped_date": source.stream("swaps").random((number, 2)),
            "wrong_total": source.stream("totals").random((number, 2)),
            "personal_detail": personal.random((number, 2)),
        },
        of_lines={
            **{f"label_variant_{field}": spelling.random((lines, 2)) for field in SPELLED},
            **{f"which_{field}": spelling.random((lines, 2)) for field in SPELLED},
            "unit_slip": source.stream("slips").random((lines, 2)),
            "exact_duplicate": source.stream("copies").random((lines, 2)),
        },
        second_day=cases["report_day"].to_numpy(dtype=np.int64) + lag_days,
        number_luck=source.stream("numbers").random((number, 2)),
        details=personal.integers(0, 2**31, (number, 2)),
    )


def join_chances(parts: list[Chances]) -> Chances:
    """Return the chances of several batches as one."""
    return Chances(
        of_cases={
            name: np.concatenate([part.of_cases[name] for part in parts])
            for name in parts[0].of_cases
        },
        of_lines={
            name: np.concatenate([part.of_lines[name] for part in parts])
            for name in parts[0].of_lines
        },
        second_day=np.concatenate([part.second_day for part in parts]),
        number_luck=np.concatenate([part.number_luck for part in parts]),
        details=np.concatenate([part.details for part in parts]),
    )


@cache
def spellings(field: str) -> list[str]:
    """Return the labels of a field, then their other spellings."""
    return [*order(field), *_variants(field)["variant"]]


@cache
def _variants(field: str) -> pd.DataFrame:
    table = parameters("label_variants")
    own = table[table["field"].eq(field)]
    place = own["label"].map(order(field).index)
    return own.assign(place=place).sort_values("place", kind="stable").reset_index(drop=True)


def _misspell(labels: Indices, hit: Flags, which: Floats, field: str) -> Indices:
    """Return indices of `spellings`, changed where hit and where the label has a variant."""
    place = _variants(field)["place"].to_numpy(dtype=np.int64)
    count = np.bincount(place, minlength=len(order(field)))
    first = len(order(field)) + np.cumsum(count) - count
    other = first[labels] + np.floor(which * count[labels]).astype(np.int64)
    return np.where(hit & (count[labels] > 0), other, labels)


@cache
def _swapped() -> Indices:
    """Return, for each day of the extract, the day that it becomes when day and month turn.

    A date that turns into itself or cannot be turned stays as it is.
    """
    dates = pd.DatetimeIndex(FIRST_DAY + np.arange(DAYS))
    turns = (dates.day <= 12) & (dates.day != dates.month)
    turned = np.arange(DAYS)
    for place in np.flatnonzero(turns).tolist():
        date = dates[place]
        other = np.datetime64(f"{date.year}-{date.day:02d}-{date.month:02d}", "D")
        turned[place] = int((other - FIRST_DAY).astype(np.int64))
    return turned


def keyed_again(form: Form, setting: Setting, cases: pd.DataFrame, chances: Chances) -> Flags:
    """Return which cases stand in this form of the extract a second time."""
    if setting.recipe.plain:
        return np.zeros(len(cases), dtype=bool)
    care = setting.habits.care[cases["reporter"].to_numpy(dtype=np.int64)]
    chance = chances.of_cases["near_duplicate"]
    again = chance < np.minimum(rate("near_duplicate", form) * care, 0.9)
    in_time = (chances.second_day < DAYS) & (cases["report_day"].to_numpy(dtype=np.int64) < DAYS)
    return np.asarray(again & in_time)


def plant_defects(
    form: Form, setting: Setting, cases: pd.DataFrame, lines: pd.DataFrame, chances: Chances
) -> pd.DataFrame:
    """Return the rows of one form of the extract, each with what was done to it.

    Parameters
    ----------
    form : {"raw", "validated"}
        Which form.
    setting : Setting
        What is drawn once for the world; its Members key with more or less care.
    cases : pandas.DataFrame
        The true cases, with their numbers ``number`` and ``second_number``.
    lines : pandas.DataFrame
        The true lines.
    chances : Chances
        The random numbers; the same for both forms.

    Returns
    -------
    pandas.DataFrame
        One row per row of the extract, in no order: ``line`` and ``case`` (rows of the true
        tables), ``keying`` (0 or 1), ``is_copy``, ``number``, ``report_day``, ``seizure_day``,
        the spelled labels, ``unit``, ``wrong_total`` (factor, 1 when right), ``detail`` (-1 or
        what the personal detail is made from) and the flags.
    """
    case_of_line = lines["case"].to_numpy(dtype=np.int64)
    reporter = cases["reporter"].to_numpy(dtype=np.int64)
    care = setting.habits.care[reporter]
    clean = setting.recipe.plain

    def hits(defect: str, chance: Floats, of: Indices) -> Flags:
        if clean:
            return np.zeros(len(chance), dtype=bool)
        return np.asarray(chance < np.minimum(rate(defect, form) * care[of], 0.9))

    again = keyed_again(form, setting, cases, chances)
    reported = cases["report_day"].to_numpy(dtype=np.int64) < DAYS
    line = np.concatenate(
        [np.flatnonzero(reported[case_of_line]), np.flatnonzero(again[case_of_line])]
    )
    keying = np.zeros(len(line), dtype=np.int64)
    keying[np.count_nonzero(reported[case_of_line]) :] = 1
    case = case_of_line[line]
    numbers = cases[["number", "second_number"]].to_numpy(dtype=np.int64)
    report_day = np.where(
        keying == 0, cases["report_day"].to_numpy()[case], chances.second_day[case]
    )

    def of_line(defect: str) -> Flags:
        return hits(defect, chances.of_lines[defect][line, keying], case)

    def of_case(defect: str) -> Flags:
        return hits(defect, chances.of_cases[defect][case, keying], case)

    true_day = cases["seizure_day"].to_numpy(dtype=np.int64)[case]
    turned = _swapped()[true_day]
    swap = of_case("swapped_date") & (turned != true_day)
    if form == "validated":  # validation finds a seizure that lies after its report
        swap &= turned <= report_day
    true = {
        "sub_commodity": lines["kind"].to_numpy(dtype=np.int64)[line],
        "commodity": lines["commodity"].to_numpy(dtype=np.int64)[line],
        "location": cases["location"].to_numpy(dtype=np.int64)[case],
    }
    spelled = {
        field: _misspell(
            true[field],
            of_line(f"label_variant_{field}"),
            chances.of_lines[f"which_{field}"][line, keying],
            field,
        )
        for field in SPELLED
    }
    unit = lines["unit"].to_numpy(dtype=np.int64)[line]
    grams, kilograms = order("unit").index("g"), order("unit").index("kg")
    weighed = (unit == grams) | (unit == kilograms)
    slip = of_line("unit_slip") & weighed
    wrong = of_case("wrong_total")
    detail = of_case("personal_detail") & (lines["line_no"].to_numpy()[line] == 1)
    factor = np.where(chances.of_cases["wrong_total"][case, keying] * 1e6 % 2 < 1, 10.0, 0.5)
    rows = pd.DataFrame(
        {
            "line": line,
            "case": case,
            "keying": keying,
            "is_copy": False,
            "number": numbers[case, keying],
            "report_day": report_day,
            "seizure_day": np.where(swap, turned, true_day),
            **spelled,
            "unit": np.where(slip, grams + kilograms - unit, unit),
            "total_factor": np.where(wrong, factor, 1.0),
            "detail": np.where(detail, chances.details[case, keying], -1),
            "is_near_duplicate": keying == 1,
            "has_swapped_date": swap,
            "has_label_variant": np.any([spelled[f] != true[f] for f in SPELLED], axis=0),
            "has_unit_slip": slip,
            "has_wrong_total": wrong,
            "has_personal_detail": detail,
        }
    )
    copies = rows[of_line("exact_duplicate")].assign(is_copy=True)
    return pd.concat([rows, copies], ignore_index=True)


@cache
def _syllables(part: str) -> list[str]:
    table = parameters("invented_syllables")
    return [str(syllable) for syllable in table.loc[table["part"].eq(part), "syllable"]]


def personal_detail(number: int) -> str:
    """Return an invented personal detail that stands at the end of a narrative.

    Examples
    --------
    >>> from rilo_training.world.defects import personal_detail
    >>> personal_detail(12345).startswith(" The traveller gave the name ")
    True
    """
    words = []
    for _ in range(2):
        word = ""
        for part in ("start", "middle", "end"):
            known = _syllables(part)
            number, place = divmod(number * 2654435761 % 2**61, len(known))
            word += known[place]
        words.append(word)
    # ZZ is the code of no country.
    return f" The traveller gave the name {' '.join(words)}, passport ZZ{number % 10**7:07d}."
