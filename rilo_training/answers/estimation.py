"""Whether a text uses the words of estimation as they are defined.

The machine finds words, not meanings: what it says helps a writer and a marker, and costs no
points.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from rilo_training.codes.estimation import Term, estimation

_NUMBER = r"(\d{1,3}(?:[.,]\d+)?)"
_PER_CENT = r"(?:%|per cent\b|percent\b)"
_RANGE = rf"{_NUMBER}(?:\s*{_PER_CENT})?(?:\s*(?:-|–|to|and)\s*{_NUMBER})?\s*{_PER_CENT}"
# A figure belongs to a term where brackets, "that is" or the word probability join the two.
_RANGE_AFTER = re.compile(
    rf"\s*,?\s*(?:[(\[]|that is,?|i\.e\.,?|=)[^\d()\[\]%.;]{{0,30}}{_RANGE}"
    rf"|\s*,?\s*(?:with )?an? (?:probability|chance|likelihood) (?:of )?(?:between )?{_RANGE}",
    re.IGNORECASE,
)
_RANGE_BEFORE = re.compile(rf"{_RANGE}\s*[(\[]\s*$", re.IGNORECASE)

# Words that readers understand in different ways. Longer ones stand first.
_UNDEFINED = re.compile(
    r"""\b(?:
        (?:very|quite|extremely|most|rather|fairly|somewhat|really|not|equally)\s
            (?:likely|unlikely|probable|probably|improbable|certain|possible)
      | more\slikely\sthan\snot | improbable
      | it\sis\scertain | certainly | definitely | undoubtedly | without\s(?:any\s)?doubt
      | (?:could|may|might)\s(?:possibly|well|perhaps) | might
      | maybe | perhaps | possibly | conceivably
      | (?:real|serious|strong|good|high|fair|small|slight|some|a)\s(?:chance|possibility)
      | (?<=is\s)possible(?!\sto\b) | (?<=be\s)possible(?!\sto\b) | (?<=are\s)possible(?!\sto\b)
      | (?<=likely\s)possible | possible\sthat
      | (?:medium|very\shigh|very\slow|full|great|some)\sconfidence
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# The words of the 6x6 grading of a source and its information are a scale of their own.
_GRADING = re.compile(r"\b(?:probably|possibly) true\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])|\n\s*\n")
_CLAUSE_END = re.compile(r"[,;:()]|\b(?:and|but|while|whereas|although|because)\b", re.IGNORECASE)


def estimation_notes(text: str) -> list[str]:
    """Say in sentences where a text does not use the words of estimation as they are defined.

    Parameters
    ----------
    text
        The written answer.

    Returns
    -------
    list of str
        Sentences for the writer: words that are not defined, two words for one statement, a
        figure outside of the range of its word, probability and confidence in one sentence, or
        no word of the scale at all. Empty where nothing was found.

    Examples
    --------
    >>> estimation_notes("It is likely (55 to 75 per cent) that the route is new.")
    []
    >>> estimation_notes("It is likely (40 %) that the route is new.")
    ['"likely" means 55 to 75 per cent. Your text gives 40.']
    """
    sentences = [" ".join(part.split()) for part in _SENTENCE_END.split(_GRADING.sub("", text))]
    undefined: list[str] = []
    notes: list[str] = []
    found_term = False
    for sentence in sentences:
        vague = [(m.start(), m.end(), m[0]) for m in _UNDEFINED.finditer(sentence)]
        undefined += [word for _, _, word in vague]
        terms = [
            (start, end, term)
            for start, end, term in _terms_in(sentence)
            # "very likely" is one word that is not defined, not the word "likely".
            if not any(left <= start and end <= right for left, right, _ in vague)
        ]
        found_term = found_term or any(term.measures == "probability" for *_, term in terms)
        notes += _two_for_one(sentence, terms, vague)
        notes += _wrong_ranges(sentence, terms)
        if {term.measures for *_, term in terms} == {"probability", "confidence"}:
            notes.append(
                "One sentence holds a word of probability and a word of confidence. "
                "Write two sentences."
            )
    allowed = ", ".join(term.term for term in estimation() if term.measures == "probability")
    if undefined:
        words = ", ".join(f'"{word}"' for word in dict.fromkeys(w.lower() for w in undefined))
        notes.append(f"These words of estimation are not defined: {words}. Use one of: {allowed}.")
    elif not found_term:
        notes.append(f"No word of estimation was found. Use one of: {allowed}.")
    return list(dict.fromkeys(notes))


@cache
def _forms() -> tuple[re.Pattern[str], dict[str, Term]]:
    by_form = {form: term for term in estimation() for form in term.forms}
    longest_first = sorted(by_form, key=len, reverse=True)
    pattern = "|".join(re.escape(form).replace(r"\ ", r"\s") for form in longest_first)
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), by_form


def _terms_in(sentence: str) -> list[tuple[int, int, Term]]:
    pattern, by_form = _forms()
    return [(m.start(), m.end(), by_form[m[0].lower()]) for m in pattern.finditer(sentence)]


def _two_for_one(
    sentence: str, terms: list[tuple[int, int, Term]], vague: list[tuple[int, int, str]]
) -> list[str]:
    """Find words of estimation with no new clause between them."""
    words = [(start, end) for start, end, term in terms if term.measures == "probability"]
    words = sorted(words + [(start, end) for start, end, word in vague if "confid" not in word])
    notes = []
    for (left, end), (start, right) in pairwise(words):
        if start >= end and not _CLAUSE_END.search(sentence[end:start]):
            notes.append(
                f'"{sentence[left:end]}" and "{sentence[start:right]}" stand in one statement. '
                "Keep one."
            )
    return notes


def _wrong_ranges(sentence: str, terms: list[tuple[int, int, Term]]) -> list[str]:
    notes = []
    for start, end, term in terms:
        if term.lowest is None or term.highest is None:
            continue
        given = _RANGE_AFTER.match(sentence, end) or _RANGE_BEFORE.search(sentence[:start])
        if given is None:
            continue
        written = [part for part in given.groups() if part]
        numbers = [float(part.replace(",", ".")) for part in written]
        # 0 and 100 per cent leave no doubt: they are ends of a range, never an estimate.
        inside = all(term.lowest <= number <= term.highest for number in numbers)
        if not inside or numbers in ([0.0], [100.0]):
            notes.append(
                f'"{sentence[start:end]}" means {term.lowest:g} to {term.highest:g} per cent. '
                f"Your text gives {' to '.join(written)}."
            )
    return notes
