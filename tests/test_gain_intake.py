"""Files with answers: what the page saved, what somebody typed, and what came broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from gaining import PAIRS, SEEDS, all_right, exams_of, nothing_known, saved, write
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.gain.intake import Known, read_files
from rilo_training.gain.records import TestWorld

WORLDS = {
    "before": TestWorld("before", 1, "w1", "1", exams_of(SEEDS[0])),
    "after": TestWorld("after", 2, "w2", "1", exams_of(SEEDS[1])),
}
KNOWN = Known({"anna": "A", "ben": "B"}, WORLDS)


@settings(max_examples=30, deadline=None)
@given(
    pairs=PAIRS,
    mark=st.sampled_from([",", ";", "\t"]),
    code=st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_what_was_answered_is_what_is_entered(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], mark: str, code: str
) -> None:
    """From the page and from a typed table, in the dialects of spreadsheet programs."""
    folder = tmp_path_factory.mktemp("files")
    page = write(folder, "saved.json", saved("anna", "before", "A", "w1", pairs))
    lines = [["Participant", "occasion", "form", "item", "answer", "sure"]]
    lines += [
        ["Anna ", "before", "a", f"{number}.0", answer.upper(), sure.capitalize()]
        for number, (answer, sure) in enumerate(pairs, start=1)
    ]
    typed = folder / "typed.csv"
    typed.write_text("\r\n".join(mark.join(line) for line in lines), encoding=code)
    for path in (page, typed):
        taken = read_files([path], KNOWN)
        if all(answer == "" for answer, _ in pairs) and path is typed:
            assert taken.entries == []
            continue
        assert taken.problems == []
        assert list(taken.entries[0].answers) == pairs
        assert taken.entries[0].participant == "anna"


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_file_stops_the_entry(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in a file: a sentence, and nothing entered."""
    path = tmp_path_factory.mktemp("files") / "any.csv"
    path.write_bytes(content)
    taken = read_files([path], KNOWN)
    assert taken.entries == []
    assert len(taken.problems) >= 1


PLAIN = saved("anna", "before", "A", "w1", nothing_known())


def changed(number: int, **more: object) -> list[dict[str, object]]:
    """The answers of a file with one of them changed."""
    return [{**one, **more} if one["item"] == number else dict(one) for one in PLAIN["answers"]]


BROKEN: list[tuple[object, str]] = [
    ({**PLAIN, "participant": "zoe"}, "nobody with the id 'zoe' was drawn"),
    ({**PLAIN, "participant": 7}, "nobody with the id ''"),
    ({**PLAIN, "occasion": "later"}, "found the occasion 'later'"),
    ({**PLAIN, "form": "C"}, "the form is not A or B"),
    ({**PLAIN, "form": "B"}, "was drawn to write form A before"),
    ({**PLAIN, "world_id": "w9"}, "not made in this store"),
    ({**PLAIN, "format": "another"}, "was not saved by the page"),
    ({**PLAIN, "answers": "abc"}, "holds no list of answers"),
    ({**PLAIN, "answers": [1, 2]}, "holds no list of answers"),
    ({**PLAIN, "answers": PLAIN["answers"][:27]}, "1 of 28 items are not in the file"),
    ({**PLAIN, "answers": [*PLAIN["answers"], PLAIN["answers"][0]]}, "item 1 stands twice"),
    ({**PLAIN, "answers": changed(5, answer="e")}, "item 5: found 'e'. Expected a, b, c, d, n"),
    ({**PLAIN, "answers": changed(5, item=29)}, "29 is no item"),
    ({**PLAIN, "answers": changed(5, item=True)}, "True is no item"),
    ({**PLAIN, "answers": changed(5, answer="a", sure="maybe")}, "'maybe' for sure"),
    ([PLAIN], "was not saved by the page"),
]


@pytest.mark.parametrize(("content", "sentence"), BROKEN)
def test_a_broken_file_gives_a_sentence_and_no_entry(
    tmp_path: Path, content: object, sentence: str
) -> None:
    """It names the file, the place, what was found and what was expected."""
    taken = read_files([write(tmp_path, "broken.json", content)], KNOWN)
    assert taken.entries == []
    assert any(one.startswith("broken.json") and sentence in one for one in taken.problems)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{" * 100_000, "cannot be read as JSON"),
        (b'{"format": 1', "cannot be read as JSON"),
        (b"[" + b"9" * 5_000 + b"]", "cannot be read as JSON"),
        (b"\x00\x01", "is no text"),
        (b"x" * 1_000_001, "larger than any file"),
        (b"name,letter\nanna,a\n", "neither a file"),
        (b"", "neither a file"),
        (b"participant,occasion,form,item,answer,sure\n", "holds no answer"),
        (b"participant,occasion,form,item,answer,sure\n,before,A,1,a,yes\n", "line 2"),
        (b"participant,occasion,form,item,answer,sure\nanna,before,A,one,a,yes\n", "is no item"),
        (b'participant,occasion,form,item,answer,sure\n"anna,before', "is not a table"),
    ],
)
def test_damaged_files_give_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A file that is no file of ours, cut off, too large or empty."""
    path = tmp_path / "damaged.csv"
    path.write_bytes(content)
    taken = read_files([path, tmp_path / "absent.csv"], KNOWN)
    assert taken.entries == []
    assert any(sentence in one for one in taken.problems)
    assert any("absent.csv cannot be read" in one for one in taken.problems)


def test_of_many_problems_the_first_ones_are_said(tmp_path: Path) -> None:
    """A file with thousands of faults fills no screen."""
    many = write(tmp_path, "many.json", {**PLAIN, "answers": [{"item": 99}] * 5_000})
    nobody = tmp_path / "nobody.csv"
    head = "participant,occasion,form,item,answer,sure"
    nobody.write_text("\n".join([head, *[",before,A,1,a,yes"] * 3_000]), encoding="utf-8")
    problems = read_files([many, nobody], KNOWN).problems
    assert len(problems) == 22
    assert "... and 2990 more problems of this kind." in problems


def test_one_broken_person_does_not_stop_the_others(tmp_path: Path) -> None:
    """In a typed table each person is taken whole or not at all."""
    lines = ["participant,occasion,form,item,answer,sure"]
    for name, form in (("anna", "A"), ("ben", "B")):
        lines += [f"{name},before,{form},{number},b,no" for number in range(1, 29)]
    lines[7] = lines[7].replace(",b,", ",x,")
    path = tmp_path / "typed.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    taken = read_files([path], KNOWN)
    assert [entry.participant for entry in taken.entries] == ["ben"]
    assert taken.problems == [
        "typed.csv, anna before: item 7: found 'x'. Expected a, b, c, d, n for I do not know yet, "
        "or nothing."
    ]


def test_who_does_not_know_yet_is_neither_sure_nor_not_sure(tmp_path: Path) -> None:
    """A mark beside (n) or beside no answer is left out."""
    pairs = [("n", "yes"), ("", "no"), ("a", "")] + [("b", "yes")] * 25
    path = write(tmp_path, "x.json", saved("anna", "before", "A", "w1", pairs))
    entry = read_files([path], KNOWN).entries[0]
    assert entry.answers[:4] == (("n", ""), ("", ""), ("a", ""), ("b", "yes"))


def test_a_later_save_counts_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    """The page counts its saves; a folder sorts names as it likes."""
    second = {**saved("anna", "before", "A", "w1", all_right(WORLDS["before"].exams["A"]))}
    second["saved"] = 2
    paths = [write(tmp_path, "a.json", second), write(tmp_path, "b.json", PLAIN)]
    entries = read_files(paths, KNOWN).entries
    assert [entry.answers[0][0] for entry in entries] == ["n", second["answers"][0]["answer"]]


def test_a_page_that_was_opened_again_does_not_hide_its_last_save(tmp_path: Path) -> None:
    """It counts its saves from one again: the time says which file is the last one."""
    last = saved("anna", "before", "A", "w1", all_right(WORLDS["before"].exams["A"]))
    first = {**PLAIN, "saved": 2, "at": 1_796_000_000_000}
    odd = {**PLAIN, "saved": 3, "at": "later"}
    paths = [
        write(tmp_path, "a.json", {**last, "at": 1_796_000_060_000}),
        write(tmp_path, "b.json", first),
        write(tmp_path, "c.json", odd),
    ]
    entries = read_files(paths, KNOWN).entries
    assert [entry.source for entry in entries] == ["c.json", "b.json", "a.json"]


def test_another_form_is_taken_when_somebody_says_so(tmp_path: Path) -> None:
    """A test that was handed to the wrong person is not lost."""
    path = write(tmp_path, "x.json", {**PLAIN, "form": "B"})
    assert "--as-written" in read_files([path], KNOWN).problems[0]
    taken = read_files([path], Known(KNOWN.draws, WORLDS, as_written=True))
    assert (taken.entries[0].form, taken.problems) == ("B", [])
