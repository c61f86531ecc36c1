"""The words of a name, an address or a title, written in one way."""

from __future__ import annotations

import re
import unicodedata

MOST_LETTERS = 40
"""Letters of a word that are regarded."""

# Letters that do not fall apart into a plain letter and a mark, and letters of other scripts.
_LETTERS = {
    **dict(zip("øđðłħıŧŋ", "oddlhitn", strict=True)),
    **{"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "&": " and ", "+": " and "},
    **dict(zip("абвгдезийклмнопрстуфыэіїґє", "abvgdeziiklmnoprstufyeiige", strict=True)),
    **{"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"},
    **{"ъ": "", "ь": "", "ю": "yu", "я": "ya"},
    **dict(zip("αβγδεζηικλμνοπρσςτυφωξ", "avgdeziiklmnoprsstyfox", strict=True)),
    **{"θ": "th", "χ": "ch", "ψ": "ps"},
    # An apostrophe stands within a word: O'Brien, Art's.
    **dict.fromkeys("'’‘`´ʼ", ""),
}
_TRANSLATION = str.maketrans(_LETTERS)
_WORD = re.compile(r"[^\W_]+")

# Other forms of the same word, of which the short one is not the long one without some letters.
_OTHER_FORMS = {
    "limited": "ltd",
    "company": "co",
    "cie": "co",
    "corporation": "corp",
    "incorporated": "inc",
    "private": "pvt",
    "pte": "pvt",
    "proprietary": "pty",
    "aktiengesellschaft": "ag",
    "und": "and",
    "et": "and",
    "number": "no",
    "nr": "no",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
    "saint": "st",
    "street": "st",
    "avenue": "ave",
    "av": "ave",
    "road": "rd",
    "boulevard": "blvd",
    "highway": "hwy",
    "parkway": "pkwy",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}
# A legal form of several words, as its first letters.
_LEGAL_FORMS = {
    "limited liability company": "llc",
    "public limited company": "plc",
    "gesellschaft mit beschraenkter haftung": "gmbh",
    "gesellschaft mit beschrankter haftung": "gmbh",
    "societe anonyme": "sa",
    "sociedad anonima": "sa",
    "besloten vennootschap": "bv",
    "sendirian berhad": "sdn bhd",
    "free zone establishment": "fze",
}
EVERYDAY = {
    *("the", "and", "of", "no", "st", "rd", "ave", "blvd"),
    *("co", "ltd", "inc", "corp", "llc", "plc", "pvt", "pty"),
    *("gmbh", "ag", "sa", "bv", "fze", "sdn", "bhd"),
}
"""Words that are common everywhere, however few records a table has."""

_LEGAL_FORM = re.compile(rf"\b(?:{'|'.join(_LEGAL_FORMS)})\b")
_SOUNDS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f", "w": "f", "j": "y", "x": "k"})
_SOUND_PAIRS = (("ph", "f"), ("sch", "s"), ("sh", "s"), ("ch", "k"), ("kh", "k"), ("gh", "g"))
_SILENT = re.compile(r"[aeiouyh]")
_REPEATED = re.compile(r"(.)\1+")


def words_of(text: str) -> list[str]:
    """Return the words of a text, each once, without case, marks, punctuation and dots.

    Parameters
    ----------
    text : str
        A name, an address, a title.

    Returns
    -------
    list of str
        In the order of the text. Single letters that follow each other are one word.

    Examples
    --------
    >>> from rilo_training.analysis.linking.spelling import words_of
    >>> words_of("Müller & Søn, Company  LIMITED")
    ['muller', 'and', 'son', 'co', 'ltd']
    >>> words_of("The Taladan L.L.C.")
    ['the', 'taladan', 'llc']
    """
    if not text.isascii():
        marked = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in marked if not unicodedata.combining(letter))
    plain = _LEGAL_FORM.sub(
        lambda found: _LEGAL_FORMS[found[0]], text.lower().translate(_TRANSLATION)
    )
    joined: list[str] = []
    letters = ""
    for word in _WORD.findall(plain):
        if len(word) == 1 and word.isalpha():
            letters += word
            continue
        if letters:
            joined.append(letters)
            letters = ""
        joined.append(word[:MOST_LETTERS])
    if letters:
        joined.append(letters[:MOST_LETTERS])
    return list(dict.fromkeys(_OTHER_FORMS.get(word, word) for word in joined))


def sound_of(word: str) -> str:
    """Return the first letter and the consonants of a word, one for each sound.

    Examples
    --------
    >>> from rilo_training.analysis.linking.spelling import sound_of
    >>> sound_of("mohammed"), sound_of("muhamad"), sound_of("hussein"), sound_of("husain")
    ('mmt', 'mmt', 'hsn', 'hsn')
    """
    if len(word) > 4:
        word = word.removesuffix("s").removesuffix("e")
    for pair, letter in _SOUND_PAIRS:
        word = word.replace(pair, letter)
    word = word.translate(_SOUNDS)
    rest = _SILENT.sub("", word[1:]).replace("d", "t").replace("b", "p").replace("g", "k")
    return word[:1] + _REPEATED.sub(r"\1", rest)
