"""Find personal details in free text: the record of a seizure is non-nominal."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.seizures.load import ExtractError

if TYPE_CHECKING:
    import pandas as pd

MASK = "[removed]"
NAME = "possible name"
"""The kind of detail that is a guess: words with capitals that no code list explains."""

_CAPITAL = r"[A-Z\u00c0-\u00d6\u00d8-\u00de]"
_WORD = rf"{_CAPITAL}(?:[\w'\u2019]|-(?=\w))*\.?"
_LINK = r"(?:bin|binti|bint|al|el|de|da|del|dela|dos|van|von|der|le|la|s/o|d/o)"
_MORE = rf"(?:(?:\s+{_LINK})?\s+{_WORD})"
_DATE = r"\d{1,4}[./ -](?:\d{1,2}|[A-Za-z]{3,9})[./ -]\d{1,4}"

_KINDS = {
    "e-mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "date of birth": rf"(?i:\b(?:born(?:\s+on)?|d\.?o\.?b\.?|date of birth)\b)\W{{0,3}}{_DATE}",
    "document number": (
        r"(?i:\b(?:passport|identity card|id card|national id|id|nric|visa|driving licen[cs]e|"
        r"driver'?s licen[cs]e|licen[cs]e|social security|ssn|document)\b)"
        r"(?:\s*(?i:no|nr|number|num|card|holder|of|is|was)\b\.?|\s*[:#-])*\s*"
        r"(?=[A-Za-z0-9-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{4,}"
        r"|\b[A-Z]{1,2}\d{6,9}\b"
    ),
    "phone number": (
        r"(?i:\b(?:tel|telephone|phone|mobile|cell|whatsapp|fax|contact|call(?:ed|s)?)\b)"
        r"(?:\s*(?i:no|nr|number|num|is|was|on)\b\.?|\s*[:#.])*\s*\+?\(?\d[\d\s().-]{4,}\d"
        r"|(?<![\w.])(?:\+|00)\d[\d\s().-]{6,}\d"
        r"|(?<![\w.,-])\(?0?\d{2,3}\)?[ -]\d{3,4}[ -]\d{3,4}(?![\w-]|[.,]\d|\s*(?:kg|g|pieces|USD))"
    ),
    "account number": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b|\b(?:\d{4}[ -]?){3}\d{4}\b",
    "name": (
        rf"\b(?:Mr|Mrs|Ms|Miss|Mister|Dr|Mme|MR|MRS|MS)\b\.?\s+{_WORD}{_MORE}{{0,3}}"
        r"|(?<!vessel )(?<!ship )(?<!boat )(?<!company )(?<!brand )(?<!trade )(?<!product )"
        r"(?i:\b(?:names?|named|surname|alias|identified as|known as|calls (?:him|her)self)\b)"
        r"(?:\s+(?i:of|is|was|as|were)\b|\s*[:=])*\s+"
        rf"(?!(?i:unknown|not)\b){_WORD}{_MORE}{{0,3}}"
    ),
}
_DETAIL = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
_SUSPICION = re.compile(
    r"[@+]|\d\D?\d\D?\d|(?i:\b(?:mr|mrs|ms|miss|mister|dr|mme|names?|named|surname|alias|"
    r"identified|known|calls|born|birth|dob)\b)"
)
_PARTY = re.compile(
    r"(?i:\b(?:passenger|traveller|traveler|suspect|driver|offender|consignee|addressee|sender|"
    r"recipient|owner|arrested|detained|national|addressed to|driven by|sent by|sent to|"
    r"belonging to|luggage of|baggage of)\b)"
    rf"\s*[:,]?\s+({_WORD}{_MORE}{{1,3}})"
)
_PAIR = re.compile(rf"(?<=[a-z,;:\u2019)] )({_WORD}{_MORE}{{1,3}})")

_ORDINARY = (
    "Customs Police Border Force Guard Coast Navy Army Agency Authority Service Services Unit Team "
    "Airport International Terminal Port Seaport Harbour Station Centre Center Office Post Mail "
    "Courier Express Company Ltd Limited Inc Co Corp Hotel Road Street City District Province "
    "State States County Island Islands North South East West New Republic Kingdom United People "
    "Union Operation Project World Organization Organisation Ministry Department Bureau "
    "Administration Government Court Law Act Section Article Schedule Appendix Chapter Class "
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Airlines Airways Air Cargo Freight "
    "Logistics Shipping Line Lines Container Flight Gate Officer Officers Inspector X-ray Xray "
    "Pte Pty Llc Gmbh Trading Import Export Vessel Star "
    "DHL FedEx UPS TNT EMS WCO RILO CITES HS USD The A An In On At From To For And Of By Sea "
    "River Bay Gulf Ocean Strait Lake Mount Bridge Park Market Warehouse Zone Free Trade General"
)
_OFFICES = frozenset(_ORDINARY.casefold().split())


def find_personal_details(texts: pd.Series) -> pd.DataFrame:
    """Return the personal details that stand in texts.

    An analyst wants it before a table leaves the office: names, e-mail addresses, numbers of
    phones, documents and accounts, and dates of birth must not be in a non-nominal record. It
    reads Latin letters; it finds a name after a word such as "named" or "Mr", and may name other
    words with capitals as a guess. Read what it leaves before you trust it.

    Parameters
    ----------
    texts : pandas.Series of str

    Returns
    -------
    pandas.DataFrame
        One row for each detail, in the order of the texts: ``row`` (label of the text), ``kind``,
        ``start`` and ``end`` (letters from the start of the text, from 0). The detail itself is
        not repeated. The kind ``possible name`` is a guess.

    Raises
    ------
    ExtractError
        When it is no column of texts.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import find_personal_details
    >>> texts = pd.Series(["Found in a bag.", "Mr Zorvand, passport ZZ1234567, was checked."])
    >>> find_personal_details(texts)[["row", "kind"]].values.tolist()
    [[1, 'name'], [1, 'document number']]
    """
    import pandas as pd

    if not isinstance(texts, pd.Series):
        raise ExtractError(
            f"find_personal_details was given a {type(texts).__name__}.",
            "One column of texts (pandas.Series) was expected.",
            "Choose the column, such as seizures['narrative'].",
        )
    places, distinct = pd.factorize(texts)
    found = {
        number: details
        for number, text in enumerate(distinct)
        if (details := details_of(str(text)))
    }
    rows = [
        (label, kind, start, end)
        for label, place in zip(texts.index, places.tolist(), strict=True)
        if place in found
        for start, end, kind in found[place]
    ]
    return pd.DataFrame(rows, columns=["row", "kind", "start", "end"])


@cache
def _ordinary_words() -> frozenset[str]:
    """Return words with a capital that name places, goods and offices, in small letters."""
    texts = [_ORDINARY]
    for field in codes.FIELDS:
        texts += codes.labels(field)
    for table in (codes.countries(), codes.ports(), codes.airports()):
        texts += [str(name) for name in table["name"]]
    words = re.findall(r"[^\W\d_](?:[\w'\u2019]|-(?=\w))*", " ".join(texts))
    return frozenset(word.casefold() for word in words)


def details_of(text: str) -> list[tuple[int, int, str]]:
    """Return start, end and kind of each personal detail of one text, in their order.

    Examples
    --------
    >>> from rilo_training.seizures.personal import details_of
    >>> details_of("Write to a.b@example.org.")
    [(9, 24, 'e-mail')]
    """
    found: list[tuple[int, int, str]] = []

    def add(start: int, end: int, kind: str) -> None:
        if not any(start < other_end and other_start < end for other_start, other_end, _ in found):
            found.append((start, end, kind))

    if _SUSPICION.search(text):
        for kind, pattern in _DETAIL.items():
            for match in pattern.finditer(text):
                add(match.start(), match.end(), kind)
    for pattern, kind in ((_PARTY, "name"), (_PAIR, NAME)):
        for match in pattern.finditer(text):
            words = [word.strip(".").casefold() for word in match[1].split()]
            # After a word such as "sender" a place may be a part of a name, but not its start.
            ordinary = _OFFICES if kind == "name" else _ordinary_words()
            strange = not any(word in ordinary for word in words if len(word) > 2)
            if strange and words[0] not in _ordinary_words() and not re.search(r"\d", match[1]):
                add(match.start(1), match.end(1), kind)
    return sorted(found)


def mask_personal_details(text: str) -> str:
    """Return a text with its sure personal details masked; a guess stays as it is.

    Examples
    --------
    >>> from rilo_training.seizures.personal import mask_personal_details
    >>> mask_personal_details("Write to a.b@example.org.")
    'Write to [removed].'
    """
    for start, end, kind in reversed(details_of(text)):
        if kind != NAME:
            text = text[:start] + MASK + text[end:]
    return text
