"""The labels that the world draws from, in the order of the code lists."""

from __future__ import annotations

from functools import cache

from rilo_training import codes


@cache
def order(field: str) -> list[str]:
    """Return the labels of a field; do not change the list, all callers share it.

    `field` is a field of `rilo_training.codes.labels`, ``"member"`` or ``"country"`` (alpha-2
    codes, the Members first) or ``"region"``.

    Examples
    --------
    >>> from rilo_training.world.labels import order
    >>> order("country")[:35] == order("member")
    True
    """
    if field == "member":
        return [str(code) for code in codes.members()["alpha2"]]
    if field == "country":
        return [str(code) for code in codes.countries()["alpha2"]]
    if field == "region":
        return [str(code) for code in codes.countries()["rilo_region"].unique()]
    return codes.labels(field)
