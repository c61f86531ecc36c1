"""Container numbers that look right and fail their check digit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.world.streams import stream

OWNERS = ("QZXU", "XQJU", "ZQVU", "JXQU", "QVZU", "XZJU")
"""Owner codes of our own; the last letter says that it is a freight container."""


def check_digit(number: str) -> int:
    """Return the check digit of a container number (ISO 6346).

    Parameters
    ----------
    number : str
        Owner code and serial number: four letters and six digits.

    Examples
    --------
    >>> from rilo_training.world.home.containers import check_digit
    >>> check_digit("QZXU000001")
    4
    """
    total = sum(_letter_value(sign) << place for place, sign in enumerate(number[:10]))
    return total % 11 % 10


def _letter_value(sign: str) -> int:
    if sign.isdigit():
        return int(sign)
    # Letters count from 10 and leave out the multiples of 11.
    value = 10 + ord(sign) - ord("A")
    return value + (value - 1) // 10 if value > 10 else value


def container_numbers(seed: int, by_sea: npt.NDArray[np.bool_]) -> np.ndarray:
    """Return a container number for every consignment by sea, None for the others.

    Every number fails its check digit, so none is that of a real container.
    """
    rng = stream(seed, "home_containers")
    number = len(by_sea)
    owner = (rng.random(number) * len(OWNERS)).astype(np.int64)
    serial = (rng.random(number) * 1_000_000).astype(np.int64)
    wrong = 1 + (rng.random(number) * 9).astype(np.int64)
    owners = np.array([[_letter_value(sign) for sign in code] for code in OWNERS])
    total = (owners @ 2 ** np.arange(4))[owner]
    for place in range(6):
        total = total + serial // 10 ** (5 - place) % 10 * 2 ** (4 + place)
    digit = (total % 11 % 10 + wrong) % 10
    found = np.full(number, None, dtype=object)
    parts = zip(*(part[by_sea].tolist() for part in (owner, serial, digit)), strict=True)
    found[by_sea] = [f"{OWNERS[o]}{s:06d}{d}" for o, s, d in parts]
    return found
