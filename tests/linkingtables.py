"""Tables of other shapes than ours, for `link_records`: persons, companies, restaurants, papers.

Each function returns the left and the right table, the columns and the true pairs of labels. The
words are invented; what goes wrong in them is what goes wrong in registers, lists and guides.
"""

from __future__ import annotations

import string

import numpy as np
import pandas as pd

Tables = tuple[pd.DataFrame, pd.DataFrame, list[str], set[tuple[object, object]]]

STARTS = ("ba", "ka", "lo", "mi", "ta", "wi", "ma", "jo", "ri", "bu", "gra", "ste", "phi", "cla")
ENDS = ("ren", "son", "der", "mar", "el", "ham", "ton", "ley", "ford", "ker", "pa", "gil", "os")
SYLLABLES = (*STARTS, *ENDS, "chi", "no", "sa", "li", "vi", "do", "han", "mun", "ter", "ver", "ty")
LEGAL_FORMS = (
    ("Co Ltd", "Company Limited", "Co., Ltd.", "CO LTD"),
    ("Inc", "Incorporated", "Inc.", "INC."),
    ("Corp", "Corporation", "Corp.", ""),
    ("GmbH", "GMBH", "G.m.b.H.", ""),
    ("S.A.", "SA", "Sociedad Anonima", ""),
    ("LLC", "L.L.C.", "Limited Liability Company", ""),
    ("Pte Ltd", "Pte. Ltd.", "Private Limited", "(Pte) Ltd"),
)
SHORT_FORMS = {
    "International": "Int'l",
    "Technology": "Tech",
    "Industries": "Ind.",
    "Chemical": "Chem",
    "Electronics": "Elec",
    "Trading": "Trdg",
    "Machinery": "Mach",
}
BUSINESS = [*SHORT_FORMS, "Steel", "Textile", "Shipping", "Foods", "Motors", "Oil and Gas", "Group"]
COMMON_WORDS = ("of", "the", "for", "in", "a", "query", "data", "systems", "using", "with")
PLACES = ["Shanghai", "Hong Kong", "New York", "Dubai", "London", "Singapore", "Korea"]


def words(rng: np.random.Generator, number: int, least: int = 2, most: int = 3) -> np.ndarray:
    """Return invented words, all different."""
    found: dict[str, None] = {}
    while len(found) < number:
        found["".join(rng.choice(SYLLABLES, rng.integers(least, most + 1)))] = None
    return np.array(list(found))


def some(rng: np.random.Generator, values: np.ndarray, number: int) -> list[str]:
    """Return values of which some are much more frequent than others."""
    weight = (np.arange(len(values)) + 3.0) ** -0.6
    return [str(value) for value in rng.choice(values, number, p=weight / weight.sum())]


def slip(rng: np.random.Generator, text: str) -> str:
    """Return a text with one letter left out, added, replaced, or in the wrong order."""
    if len(text) < 2:
        return text
    at = int(rng.integers(0, len(text) - 1))
    letters = string.digits if text[at].isdigit() else string.ascii_lowercase
    letter = str(rng.choice(list(letters)))
    way = rng.integers(0, 4)
    middle = ("", letter + text[at], letter, text[at + 1] + text[at])[way]
    return text[:at] + middle + text[at + (2 if way == 3 else 1) :]


def persons(seed: int, number: int = 1_000) -> Tables:
    """A register of persons, and a copy of half of it with wrong, swapped and missing cells."""
    rng = np.random.default_rng(seed)
    street, every = words(rng, 600), 2 * number
    table = pd.DataFrame(
        {
            "given_name": some(rng, words(rng, 300, 1, 2), every),
            "surname": some(rng, words(rng, 900), every),
            "address": [
                f"{house} {name} {kind}"
                for house, name, kind in zip(
                    rng.integers(1, 300, every),
                    some(rng, street, every),
                    some(rng, np.array(["street", "road", "place", "court"]), every),
                    strict=True,
                )
            ],
            "suburb": some(rng, words(rng, 300), every),
            "postcode": rng.integers(2000, 4999, every).astype(str),
            "born": [
                f"{year}{month:02d}{day:02d}"
                for year, month, day in zip(
                    rng.integers(1920, 2000, every),
                    rng.integers(1, 13, every),
                    rng.integers(1, 29, every),
                    strict=True,
                )
            ],
        }
    ).astype(object)
    copied = number // 2
    left, right = table.iloc[:number].copy(), table.iloc[number - copied : 2 * number - copied]
    right = right.copy()
    for row in range(copied):
        for column in rng.integers(0, table.shape[1], rng.integers(1, 4)):
            cell, way = right.iat[row, column], rng.random()
            if cell is None:
                continue
            if way < 0.2:
                right.iat[row, column] = None
            elif way < 0.3:
                right.iat[row, 0], right.iat[row, 1] = right.iat[row, 1], right.iat[row, 0]
            else:
                right.iat[row, column] = slip(rng, cell)
    left.index, right.index = [[f"{side}{n}" for n in range(number)] for side in "ab"]
    true = {(f"a{number - copied + n}", f"b{n}") for n in range(copied)}
    return left, right.sample(frac=1, random_state=seed), list(table), true


def companies(seed: int, number: int = 1_000) -> Tables:
    """Companies, and a list in which three in ten stand again under other spellings."""
    rng = np.random.default_rng(seed)
    names = words(rng, 3_000)

    def company() -> tuple[list[str], int]:
        parts = [name.capitalize() for name in some(rng, names, rng.integers(1, 3))]
        if rng.random() < 0.25:
            parts.insert(0, str(rng.choice(PLACES)))
        parts.extend(map(str, rng.choice(BUSINESS, rng.integers(1, 3), replace=False)))
        return parts, int(rng.integers(len(LEGAL_FORMS)))

    def other(parts: list[str], form: int) -> str:
        if rng.random() < 0.35:
            parts = [SHORT_FORMS.get(part, part) for part in parts]
        if rng.random() < 0.15:
            parts = [parts[0][:1] + slip(rng, parts[0][1:]), *parts[1:]]
        if rng.random() < 0.1:
            parts = parts[1:] + parts[:1]
        if rng.random() < 0.1:
            parts = ["The", *parts]
        name = f"{' '.join(parts)} {rng.choice(LEGAL_FORMS[form])}".strip()
        if rng.random() < 0.15:
            name = name.replace("a", "á", 1)
        return name.upper() if rng.random() < 0.3 else name

    every = [company() for _ in range(2 * number)]
    copied = number * 3 // 10
    left = [" ".join([*parts, LEGAL_FORMS[form][0]]) for parts, form in every[:number]]
    right = [other(*one) for one in [*every[:copied], *every[number : 2 * number - copied]]]
    table = pd.DataFrame({"assignee": right}, index=range(number, 2 * number))
    true: set[tuple[object, object]] = {(n, number + n) for n in range(copied)}
    listed = pd.DataFrame({"company": left})
    return listed, table.sample(frac=1, random_state=seed), ["company", "assignee"], true


def restaurants(seed: int, lefts: int = 500, rights: int = 330, both: int = 110) -> Tables:
    """Two guides to restaurants; some share a name, and three in a hundred a building."""
    rng = np.random.default_rng(seed)
    names, kinds = words(rng, 700), ["american", "italian", "french", "chinese", "seafood"]
    cities = {"los angeles": "310", "new york": "212", "san francisco": "415", "atlanta": "404"}
    other_city = {"los angeles": "w. hollywood", "new york": "new york city"}
    rows: list[list[str]] = []
    for _ in range(lefts + rights - both):
        city = str(rng.choice(list(cities)))
        street = f"{rng.integers(1, 9_999)} {some(rng, names, 1)[0]} {rng.choice(['st.', 'ave.'])}"
        phone = f"{cities[city]}{rng.integers(2_000_000, 9_999_999)}"
        name = " ".join([*some(rng, names, rng.integers(1, 3)), str(rng.choice(["cafe", "grill"]))])
        if rows and rng.random() < 0.03:
            street, city, phone = rows[int(rng.integers(len(rows)))][1:4]
        if rows and rng.random() < 0.03:
            name = rows[int(rng.integers(len(rows)))][0]
        rows.append([name, street, city, phone, str(rng.choice(kinds))])

    def other(row: list[str]) -> list[str]:
        name, street, city, phone, kind = row
        if rng.random() < 0.25:
            name = name.removesuffix("cafe").removesuffix("grill")
        if rng.random() < 0.3:
            street = street.replace("st.", "street").replace("ave.", "avenue")
        if rng.random() < 0.2:
            street += f" at {some(rng, names, 1)[0]}"
        if rng.random() < 0.4:
            city, kind = other_city.get(city, city), f"{kind} (new)"
        if rng.random() < 0.05:
            phone = f"{phone[:3]}{rng.integers(2_000_000, 9_999_999)}"
        return [name, street, city, phone, kind]

    columns = ["name", "addr", "city", "phone", "type"]
    left = pd.DataFrame(rows[:lefts], columns=columns)
    right = pd.DataFrame(map(other, [*rows[:both], *rows[lefts:]]), columns=columns)
    for table, mark in ((left, "/"), (right, "-")):
        table["phone"] = [f"{p[:3]}{mark}{p[3:6]}-{p[6:]}" for p in table["phone"]]
    right.index = pd.Index([f"z{n}" for n in range(len(right))])
    true: set[tuple[object, object]] = {(n, f"z{n}") for n in range(both)}
    return left, right.sample(frac=1, random_state=seed), columns, true


def papers(seed: int, lefts: int = 800, rights: int = 700, both: int = 500) -> Tables:
    """Two lists of papers: titles, authors, journals named in two ways, and years."""
    rng = np.random.default_rng(seed)
    names, common = words(rng, 1_500), list(COMMON_WORDS)
    authors = [
        f"{one.capitalize()} {two.capitalize()}"
        for one, two in zip(some(rng, names, 900), some(rng, names[::-1], 900), strict=True)
    ]
    journals = {
        "VLDB": "Very Large Data Bases",
        "SIGMOD Conference": "International Conference on Management of Data",
        "VLDB J.": "The VLDB Journal",
    }
    rows = []
    for _ in range(lefts + rights - both):
        length = int(rng.integers(4, 9))
        plain, rare = rng.choice(common, length), some(rng, names, length)
        title = " ".join(np.where(rng.random(length) < 0.5, plain, rare)).capitalize()
        if rng.random() < 0.03:
            title = str(rng.choice(["Guest Editorial", "Editor's Notes"]))
        by = [authors[at] for at in rng.choice(len(authors), rng.integers(1, 5), replace=False)]
        rows.append((title, by, str(rng.choice(list(journals))), int(rng.integers(1994, 2004))))

    def other(title: str, by: list[str], journal: str, year: int) -> tuple[object, ...]:
        if rng.random() < 0.2:
            by = [f"{author[0]}. {author.split()[1]}" for author in by]
        if rng.random() < 0.1:
            by = by[:1]
        if rng.random() < 0.15:
            title = slip(rng, title)
        return title, ", ".join(by) if rng.random() < 0.97 else None, journals[journal], year

    columns = ["title", "authors", "venue", "year"]
    left = pd.DataFrame([(t, ", ".join(b), v, y) for t, b, v, y in rows[:lefts]], columns=columns)
    right = pd.DataFrame([other(*row) for row in [*rows[:both], *rows[lefts:]]], columns=columns)
    right.index = right.index + 100_000
    true: set[tuple[object, object]] = {(n, 100_000 + n) for n in range(both)}
    return left, right.sample(frac=1, random_state=seed), columns, true


def spellings(parties: pd.DataFrame) -> Tables:
    """The usual spelling of every party of a world against all others; most have no partner."""
    entity = parties["party"] + " " + parties["entity"]
    parties = parties.assign(entity=entity).drop_duplicates(["entity", "name"])
    first = parties["is_first_spelling"]
    left, right = parties[first], parties[~first]
    pairs = left.reset_index().merge(right.reset_index(), on="entity")
    true = set(zip(pairs["index_x"], pairs["index_y"], strict=True))
    return left, right, ["name", "address"], true


def halves(parties: pd.DataFrame, seed: int) -> Tables:
    """The spellings of the parties of a world at random in one of two tables."""
    entity = parties["party"] + " " + parties["entity"]
    parties = parties.assign(entity=entity)[~parties["is_family"]]
    first = np.random.default_rng(seed).random(len(parties)) < 0.5
    left, right = parties[first], parties[~first]
    pairs = left.reset_index().merge(right.reset_index(), on="entity")
    true = set(zip(pairs["index_x"], pairs["index_y"], strict=True))
    return left, right, ["name", "address"], true


def f1_of(found: pd.DataFrame, true: set[tuple[object, object]]) -> float:
    """Return the harmonic mean of precision and recall of the matches."""
    matches = found[found["is_match"]]
    right = len(set(zip(matches["left"], matches["right"], strict=True)) & true)
    return 2 * right / (len(matches) + len(true))
