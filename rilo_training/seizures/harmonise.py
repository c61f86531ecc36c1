"""Propose the label of the code list for what Members write, and never merge two substances."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.seizures.load import ExtractError
from rilo_training.seizures.schema import column

if TYPE_CHECKING:
    import pandas as pd

FORMS = frozenset(
    [
        *("powder", "powdered", "crystal", "crystals", "crystalline", "tablet", "tablets"),
        *("pill", "pills", "capsule", "capsules", "hydrochloride", "hcl", "sulphate", "sulfate"),
        *("salt", "liquid", "ice", "pure", "suspected"),
    ]
)
"""Words that say in which form goods were, not which goods."""

COUNTRY_CODES = ("country", "member")
SHORTEST = 5
"""A shorter name is never corrected: MDA and MDMA differ by one letter."""


@dataclass(frozen=True)
class Match:
    """What a value may mean: a label or none, whether it is the same, how near, and why."""

    label: str | None
    is_same: bool
    score: float
    reason: str


def propose_labels(values: pd.Series, field: str) -> pd.DataFrame:
    """Return, for each label that is not in the code list, the label that may be meant.

    An analyst wants it before counting: two spellings of one label are counted apart. Nothing is
    changed here. A proposal for which ``is_same`` is false joins a kind of goods with a group, or
    two substances: a person decides it. Where two labels are equally near, or where the value
    names two of them, there is no proposal.

    Parameters
    ----------
    values : pandas.Series of str
        A column of a seizures table.
    field : str
        The column of the schema that the values belong to; it must have a code list.

    Returns
    -------
    pandas.DataFrame
        One row for each distinct value outside the code list, the most frequent first: ``value``,
        ``rows``, ``proposal`` (missing when there is none), ``is_same`` (bool), ``score`` (0 to
        100, higher is nearer) and ``reason``.

    Raises
    ------
    ExtractError
        When the values are no column, or the field has no code list.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import propose_labels
    >>> values = pd.Series(["METHAMPHETAMINE ", "Methamphetamin", "2-FDCK", "Cocaine"])
    >>> found = propose_labels(values, "sub_commodity")
    >>> found[["value", "proposal"]].values.tolist()[1:]
    [['METHAMPHETAMINE ', 'Methamphetamine'], ['Methamphetamin', 'Methamphetamine']]
    >>> found["proposal"].iloc[0], found["is_same"].tolist()
    ('Ketamine and related substances', [False, True, True])
    """
    import pandas as pd

    if not isinstance(values, pd.Series):
        raise ExtractError(
            f"propose_labels was given a {type(values).__name__}.",
            "One column of labels (pandas.Series) was expected.",
            "Choose the column, such as seizures['unit'].",
        )
    try:
        labels = column(field).labels()
    except KeyError as error:
        raise ExtractError(
            str(error.args[0]),
            "A column of the seizures table with a code list was expected.",
            "Choose one, such as sub_commodity.",
        ) from None
    if labels is None:
        raise ExtractError(
            f"The column '{field}' is free: it has no code list.",
            "A column with a code list was expected.",
            "Choose one, such as sub_commodity.",
        )
    strange = values[values.notna() & ~values.isin(labels)].astype("str")
    counts = sorted(strange.value_counts().items(), key=lambda item: (-item[1], str(item[0])))
    found = [(str(value), rows, _match(str(value), field)) for value, rows in counts]
    return pd.DataFrame(
        {
            "value": pd.Series([value for value, _, _ in found], dtype="str"),
            "rows": pd.Series([rows for _, rows, _ in found], dtype="int64"),
            "proposal": pd.Series([match.label for _, _, match in found], dtype="str"),
            "is_same": pd.Series([match.is_same for _, _, match in found], dtype=bool),
            "score": pd.Series([match.score for _, _, match in found], dtype="float64"),
            "reason": pd.Series([match.reason for _, _, match in found], dtype="str"),
        }
    )


def label_key(text: str) -> str:
    """Return a text without capitals, accents, blanks and signs.

    Examples
    --------
    >>> from rilo_training.seizures.harmonise import label_key
    >>> label_key(" Sea-Port "), label_key("Caf\u00e9 & Bar")
    ('seaport', 'cafeandbar')
    """
    key = "".join(_words(text))
    return key or text.strip().casefold()  # a sign of money stands for itself


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain)


def _sorted_words(text: str) -> str:
    return " ".join(sorted(word for word in _words(text) if word not in ("and", "of", "the")))


@cache
def _meanings(field: str) -> dict[str, Match]:
    """Return what the labels of a field and their other names mean, by key; labels win."""
    known: dict[str, Match] = {}
    labels = column(field).labels() or []
    if field == "unit":
        names = codes.unit_names()
        for name, unit, factor in zip(names["name"], names["unit"], names["factor"], strict=True):
            reason = "another name of the unit" if factor == 1 else f"times {factor:g}"
            known[label_key(name)] = Match(str(unit), bool(factor == 1), 100.0, reason)
    elif column(field).codes in COUNTRY_CODES:
        countries = codes.countries()
        for way in ("name", "alpha3"):
            for name, code in zip(countries[way], countries["alpha2"], strict=True):
                if code in labels:
                    known[label_key(name)] = Match(str(code), True, 100.0, "name of the country")
    else:
        names = codes.other_names()
        own = names[names["field"].eq(field)]
        for name, label, relation in zip(own["name"], own["label"], own["relation"], strict=True):
            same = relation == "same"
            reason = "another name of the label" if same else "a kind that the label does not name"
            known[label_key(name)] = Match(str(label), same, 100.0, reason)
    for label in labels:
        known[label_key(label)] = Match(label, True, 100.0, "other capitals, blanks or signs")
    return known


@lru_cache(maxsize=50_000)
def _match(value: str, field: str) -> Match:
    """Return what a value of a field means; the surest way that leads to a label is taken."""
    known = _meanings(field)
    key = label_key(value)
    if key in known:
        return known[key]
    if column(field).codes in (*COUNTRY_CODES, "gateway"):
        return Match(None, False, 0.0, "not in the code list")
    parts = re.split(r"[/,;+()&]|\b(?:and|or|with)\b", value, flags=re.IGNORECASE)
    named = {known[label_key(part)].label for part in parts if label_key(part) in known}
    if len(named) > 1:
        return Match(None, False, 0.0, f"names more than one: {', '.join(sorted(map(str, named)))}")
    return _by_words(value, field) or _by_spelling(key, field)


@cache
def _labels_by_words(field: str) -> dict[str, str]:
    return {_sorted_words(label): label for label in column(field).labels() or []}


@cache
def _names_by_letter(field: str) -> dict[str, list[tuple[str, Match]]]:
    """Return the names that are long enough to be corrected, by their first letter."""
    found: dict[str, list[tuple[str, Match]]] = {}
    for name, match in _meanings(field).items():
        if len(name) >= SHORTEST:
            found.setdefault(name[0], []).append((name, match))
    return found


def _by_words(value: str, field: str) -> Match | None:
    """Return the meaning of a value with other order, number or added form words, or None."""
    known = _meanings(field)
    label = _labels_by_words(field).get(_sorted_words(value))
    if label is not None:
        return Match(label, True, 99.0, "the words in another order")
    words = _words(value)
    plain = "".join(word for word in words if word not in FORMS)
    for key, reason in (
        ("".join(words).removesuffix("s"), "singular or plural"),
        ("".join(words) + "s", "singular or plural"),
        (plain, "the form of the goods is added"),
    ):
        if key in known:
            return Match(known[key].label, known[key].is_same, 95.0, reason)
    return None


def _by_spelling(key: str, field: str) -> Match:
    """Return the one meaning that is nearest by letters, or none where two are equally near.

    The distance is the number of letters that were changed, left out, added or exchanged
    (Damerau, 1964). A digit is never a slip of the finger, nor is the first letter: what stands
    before the name of a substance makes another substance of it.
    """
    from rapidfuzz.distance import OSA

    if len(key) < SHORTEST or any(letter.isdigit() for letter in key):
        return Match(None, False, 0.0, "not in the code list")
    limit = 1 if len(key) < 12 else 2
    nearest: dict[tuple[str | None, bool], int] = {}
    for name, match in _names_by_letter(field).get(key[0], []):
        distance = int(OSA.distance(key, name, score_cutoff=limit))
        if distance <= limit:
            meaning = (match.label, match.is_same)
            nearest[meaning] = min(distance, nearest.get(meaning, distance))
    ranked = sorted(nearest.items(), key=lambda item: (item[1], str(item[0])))
    if not ranked:
        return Match(None, False, 0.0, "not in the code list")
    (label, is_same), distance = ranked[0]
    if len(ranked) > 1 and ranked[1][1] == distance:
        rivals = sorted({str(meaning[0]) for meaning, _ in ranked})
        return Match(None, False, 0.0, f"near to more than one: {', '.join(rivals)}")
    score = round(100 * (1 - distance / len(key)), 1)
    reason = "one letter differs" if distance == 1 else f"{distance} letters differ"
    return Match(label, is_same, score, reason)
