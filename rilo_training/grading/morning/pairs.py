"""Pairs for today: strong with weak, and nobody with the partner of yesterday where possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

Group = tuple[str, ...]

MOST_TO_TRY = 9
"""Up to so many people, every way to make pairs is compared; more always have a way without
repeats between the two halves, and the best one is found there."""


def pairs_for(
    people: Sequence[str],
    strength: Mapping[str, float | None],
    yesterday: Collection[Sequence[str]] = (),
) -> list[Group]:
    """Return pairs that cover everybody once; of an odd number, three work together.

    Who works with somebody stronger asks more, and who explains learns most.

    Parameters
    ----------
    people
        Who is here. One person alone makes a group of one.
    strength
        For each person the share of points, higher is stronger; None or missing where nothing is
        known: such a person stands in the middle.
    yesterday
        The groups of the day before.

    Returns
    -------
    list of tuple of str
        The groups, the strongest of each first. As few partners of yesterday as possible meet
        again; then strong works with weak.

    Examples
    --------
    >>> share = {"anna": 0.9, "ben": 0.2, "chen": 0.7, "devi": 0.4}
    >>> pairs_for(list(share), share)
    [('anna', 'ben'), ('chen', 'devi')]
    >>> pairs_for(list(share), share, [("anna", "ben"), ("chen", "devi")])
    [('anna', 'devi'), ('chen', 'ben')]
    """
    ordered = _ordered(people, strength)
    met = {frozenset((a, b)) for group in yesterday for a in group for b in group if a != b}
    if len(ordered) < 4:
        return [tuple(ordered)] if ordered else []
    rank = {name: place for place, name in enumerate(ordered)}
    if len(ordered) <= MOST_TO_TRY:
        groups = min(_ways(tuple(ordered)), key=lambda ways: _cost(ways, rank, met))
    else:
        groups = _halves(ordered, met)
    return sorted(
        (tuple(sorted(group, key=rank.__getitem__)) for group in groups), key=_first(rank)
    )


def _first(rank: Mapping[str, int]) -> Callable[[Group], int]:
    return lambda group: rank[group[0]]


def _ordered(people: Sequence[str], strength: Mapping[str, float | None]) -> list[str]:
    """Return the people from the strongest to the weakest; of equals, by name."""
    known = sorted(share for name in people if (share := strength.get(name)) is not None)
    middle = known[len(known) // 2] if known else 0.0

    def place(name: str) -> tuple[float, str]:
        share = strength.get(name)
        return -(middle if share is None else share), name

    return sorted(dict.fromkeys(people), key=place)


def _ways(people: Group) -> Iterator[list[Group]]:
    """Give every way to make pairs, with one group of three where the number is odd."""
    if len(people) in (2, 3):
        yield [people]
        return
    first, others = people[0], people[1:]
    for place, second in enumerate(others):
        left = others[:place] + others[place + 1 :]
        for rest in _ways(left):
            yield [(first, second), *rest]
        if len(people) % 2:
            for later in range(place, len(left)):
                for rest in _ways_of_pairs(left[:later] + left[later + 1 :]):
                    yield [(first, second, left[later]), *rest]


def _ways_of_pairs(people: Group) -> Iterator[list[Group]]:
    if not people:
        yield []
    else:
        yield from _ways(people)


def _cost(
    groups: Sequence[Group], rank: Mapping[str, int], met: Collection[frozenset[str]]
) -> tuple[int, int, int]:
    """Return repeats, how little strong meets weak, and how uneven the groups are."""
    repeats = sum(frozenset((a, b)) in met for g in groups for i, a in enumerate(g) for b in g[:i])
    places = [[rank[name] for name in group] for group in groups]
    distance = sum(max(group) - min(group) for group in places)
    return repeats, -distance, sum((min(group) + max(group)) ** 2 for group in places)


def _halves(ordered: Sequence[str], met: Collection[frozenset[str]]) -> list[Group]:
    """Return pairs between the stronger and the weaker half, as an assignment problem."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    half = len(ordered) // 2
    strong, weak = ordered[:half], ordered[-half:]
    sums = np.add.outer(np.arange(half), np.arange(half)) ** 2
    again = np.array([[frozenset((a, b)) in met for b in weak] for a in strong])
    # One repeat costs more than the worst pairs together.
    rows, columns = linear_sum_assignment(sums + again * (4 * half**3 + 1))
    groups: list[Group] = [(strong[i], weak[j]) for i, j in zip(rows, columns, strict=True)]
    if len(ordered) % 2:
        middle = ordered[half]
        knew = [sum(frozenset((middle, name)) in met for name in group) for group in groups]
        place = knew.index(min(knew))
        groups[place] = (*groups[place], middle)
    return groups
