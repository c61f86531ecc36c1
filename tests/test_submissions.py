"""Finding submissions in a folder: what can be read is read, the rest gets a sentence."""

import io
import json
import os
import pickle
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.grading import notebook_file
from rilo_training.grading.notebook_file import SubmissionError, cells_of_file, printable
from rilo_training.grading.submissions import Found, find_submissions, receipt_code

UNITS = ["w1d1_01", "w1d1_90"]
Put = Callable[..., Path]


def notebook(*sources: str, **metadata: Any) -> dict[str, Any]:
    """A notebook as a participant hands it in, with one cell for each source."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [
            {
                "cell_type": "code",
                "id": f"q1-answer-{number}",
                "metadata": {"rilo": {"role": "answer", "question": "q1"}},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(sources or ("total = 3",))
        ],
    }


def handed_in(participant: object, **about: object) -> dict[str, Any]:
    """A notebook as `rilo submit` writes it."""
    return notebook(rilo={"submission": {"participant": participant, "unit": "w1d1_90", **about}})


def archive() -> bytes:
    """An archive that is small, and 100 MB when it is unpacked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("w1d1_90.ipynb", bytes(100_000_000))
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of submissions."""
    return tmp_path / "submissions"


@pytest.fixture
def put(folder: Path) -> Put:
    """Lay a file into the folder of submissions."""

    def lay(place: str, content: object) -> Path:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, bytes):
            text = content if isinstance(content, str) else json.dumps(content)
            content = text.encode()
        path.write_bytes(content)
        return path

    return lay


def names(found: Found) -> list[tuple[str, str]]:
    """Participant and unit of each submission."""
    return [(submission.participant, submission.unit) for submission in found.submissions]


def the_problem(folder: Path) -> str:
    """The one sentence about a folder with one bad file, which is not graded."""
    found = find_submissions(folder, UNITS)
    assert not found.submissions
    (problem,) = found.problems
    return problem


def test_a_folder_names_the_participant(folder: Path, put: Put) -> None:
    """The participant is the folder, the unit is how the file name starts."""
    put("b/w1d1_90.ipynb", notebook())
    put("a/w1d1_90_graded_information_request.ipynb", notebook())
    put("a/w1d1_01 (1).ipynb", notebook())
    found = find_submissions(folder, UNITS)
    assert names(found) == [("a", "w1d1_01"), ("a", "w1d1_90"), ("b", "w1d1_90")]
    assert found.problems == []


def test_a_file_of_rilo_submit_names_the_participant(folder: Path, put: Put) -> None:
    """A file that lies in no folder says itself whose it is."""
    put("w1d1_90_participant_01.ipynb", handed_in("participant_01"))
    assert names(find_submissions(folder, UNITS)) == [("participant_01", "w1d1_90")]


def test_the_folder_counts_more_than_what_the_file_says(folder: Path, put: Put) -> None:
    """A file in the folder of one participant cannot be handed in for another."""
    put("mallory/w1d1_90.ipynb", handed_in("alice"))
    assert names(find_submissions(folder, UNITS)) == [("mallory", "w1d1_90")]


@pytest.mark.parametrize("participant", [None, 7, "", "   ", {"name": "a"}])
def test_a_file_without_a_participant_gets_a_sentence(
    folder: Path, put: Put, participant: object
) -> None:
    """A file in no folder that does not say whose it is, is not graded."""
    put("w1d1_90.ipynb", handed_in(participant))
    assert "The participant is not known." in the_problem(folder)


STRANGE = [
    "Anna Sato",
    'o\'neill "the" second',
    "日本",
    "CON",
    "=cmd|calc!A1",
    "..{}",
    "{0}",
    "<script>",
    "x" * 120,
]


@pytest.mark.parametrize("participant", STRANGE)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_any_folder_name_is_a_participant(folder: Path, put: Put, participant: str) -> None:
    """Spaces, quotes, dots, braces and other scripts in an id lose nobody's work."""
    put(f"{participant}/w1d1_90.ipynb", notebook())
    found = find_submissions(folder, UNITS)
    assert names(found) == [(participant, "w1d1_90")]


@pytest.mark.parametrize("participant", [*STRANGE, "../../etc/passwd", "a/b", "a\\b", "C:\\x"])
def test_any_id_in_a_file_is_a_participant(folder: Path, put: Put, participant: str) -> None:
    """An id that would be a path is only a text."""
    put("w1d1_90.ipynb", handed_in(participant))
    assert names(find_submissions(folder, UNITS)) == [(participant, "w1d1_90")]


def test_what_was_read_can_be_written(folder: Path, put: Put) -> None:
    """Half a character, as a broken file name or a broken copy has it, stops nothing later."""
    broken = notebook("print('\ud800')", rilo={"submission": {"participant": "Ren\udce9"}})
    put("w1d1_90.ipynb", broken)
    (found,) = find_submissions(folder, UNITS).submissions
    for text in [found.participant, *(cell.source for cell in found.read()[1])]:
        text.encode("utf-8")


BAD = {
    "not JSON": (b"this is no notebook", "not JSON"),
    "empty": (b"", "not JSON"),
    "another encoding": (json.dumps(notebook()).encode("utf-16"), "not JSON"),
    "deep": (b"[" * 200_000, "not JSON"),
    "a list": ([], "no list of cells"),
    "null": (b"null", "no list of cells"),
    "another shape": ({"cells": {"a": 1}}, "no list of cells"),
    "nbformat 3": ({"nbformat": 3, "worksheets": [{"cells": []}]}, "in an old form"),
    "half a file": (json.dumps(notebook()).encode()[:-20], "not JSON"),
    "invalid UTF-8": (json.dumps(notebook()).encode()[:-3] + b"\xff\xfe}]}", "not JSON"),
    "a pickle": (pickle.dumps(notebook()), "not JSON"),
    "an archive": (archive(), "not JSON"),
    "many cells": (notebook(*["x = 1"] * 10_000), "10,000 cells"),
    "much text": (notebook("x" * 2_000_001), "more than 2,000,000 characters"),
    "text in small parts": (
        {"cells": [{"cell_type": "code", "source": ["x" * 9_999] * 201}]},
        "more than 2,000,000 characters",
    ),
    "small and many": (b'{"cells": [' + b"[]," * 300_001 + b"[]]}", "more than 300,000 parts"),
    "a number without end": (b'{"cells": [' + b"9" * 100_000 + b"]}", "not JSON"),
    "no cells": ({"cells": []}, "None of its cells belongs to w1d1_90"),
    "cells of other types": ({"cells": [1, None, [], "x"]}, "None of its cells belongs"),
    "another course": (
        {"cells": [{"cell_type": "code", "metadata": {}, "source": "print(1)"}]},
        "another course",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_a_sentence_with_its_name(folder: Path, put: Put, case: str) -> None:
    """A file that is no submission is named, with the reason, and the others are found."""
    content, sentence = BAD[case]
    put("a/w1d1_90.ipynb", content)
    problem = the_problem(folder)
    assert problem.startswith("a/w1d1_90.ipynb: ")
    assert sentence in problem
    put("b/w1d1_90.ipynb", notebook())
    assert names(find_submissions(folder, UNITS)) == [("b", "w1d1_90")]


def test_a_file_that_is_too_large_gets_its_own_sentence(
    folder: Path, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A huge file is not read at all, and the sentence says what to do about it."""
    monkeypatch.setattr(notebook_file, "MOST_BYTES", 2_000_000)
    put("a/w1d1_90.ipynb", b"x" * 2_000_001)
    assert "larger than 2 MB" in the_problem(folder)


def test_the_notebook_of_another_unit_gets_a_sentence(folder: Path, put: Put) -> None:
    """A unit under the file name of another is not graded as if it were that one."""
    put("a/w1d1_90.ipynb", notebook(rilo={"unit": "w1d1_01"}))
    assert "w1d1_01" in the_problem(folder)


@pytest.mark.parametrize("name", ["my answers.ipynb", "Copy of w1d1_90.ipynb", "w9d9_99.ipynb"])
def test_a_file_name_without_a_unit_gets_a_sentence(folder: Path, put: Put, name: str) -> None:
    """A file that does not say its unit is not graded, and the sentence shows a right name."""
    put(f"a/{name}", notebook())
    assert "w1d1_90.ipynb" in the_problem(folder)


@pytest.mark.parametrize("name", ["w1d1_90.ipynb.txt", "w1d1_90.json", "w1d1_90.zip", "w1d1_90.py"])
def test_a_file_of_another_form_is_not_passed_over(folder: Path, put: Put, name: str) -> None:
    """Work that came in a wrong form is named: without a word it would count as not handed in."""
    put(f"a/{name}", notebook())
    put("b/w1d1_90.ipynb", notebook())
    found = find_submissions(folder, UNITS)
    assert names(found) == [("b", "w1d1_90")]
    assert any(f"a/{name}" in problem for problem in found.problems)


def test_a_name_in_capital_letters_is_the_same_name(folder: Path, put: Put) -> None:
    """Windows writes names in capital letters now and then."""
    put("a/W1D1_90.IPYNB", notebook())
    assert names(find_submissions(folder, UNITS)) == [("a", "w1d1_90")]


def test_a_folder_with_the_name_of_a_notebook_gets_a_sentence(folder: Path) -> None:
    """A folder is no notebook, whatever its name."""
    (folder / "a" / "w1d1_90.ipynb").mkdir(parents=True)
    assert "a/w1d1_90.ipynb" in the_problem(folder)


NO_LINKS = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")


@NO_LINKS
@pytest.mark.parametrize("where", ["gone", "outside", "inside"])
def test_a_link_is_never_followed(folder: Path, put: Put, tmp_path: Path, where: str) -> None:
    """A file that is a link could show a file of the instructor: it is named and not read."""
    places = {
        "gone": folder / "gone",
        "outside": tmp_path / "outside.ipynb",
        "inside": put("b/w1d1_90.ipynb", notebook()),
    }
    (tmp_path / "outside.ipynb").write_text(json.dumps(notebook()), encoding="utf-8")
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "w1d1_90.ipynb").symlink_to(places[where])
    found = find_submissions(folder, UNITS)
    assert names(found) == [("b", "w1d1_90")]
    (problem,) = found.problems
    assert problem.startswith("a/w1d1_90.ipynb: This is a link")


@NO_LINKS
def test_a_folder_that_is_a_link_is_named(folder: Path, put: Put, tmp_path: Path) -> None:
    """Without a word, the work in it would count as not handed in."""
    put("b/w1d1_90.ipynb", notebook())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "w1d1_90.ipynb").write_text(json.dumps(notebook()), encoding="utf-8")
    (folder / "a").symlink_to(tmp_path / "elsewhere")
    found = find_submissions(folder, UNITS)
    assert names(found) == [("b", "w1d1_90")]
    assert "a: This is a link" in found.problems[0]


@NO_LINKS
def test_a_link_that_leads_back_ends(folder: Path, put: Put) -> None:
    """A folder that holds itself is no search without end."""
    put("a/w1d1_90.ipynb", notebook())
    (folder / "a" / "again").symlink_to(folder)
    assert names(find_submissions(folder, UNITS)) == [("a", "w1d1_90")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_never_waited_for(folder: Path) -> None:
    """What is no file of the ordinary kind is not read, so it cannot hold up the cohort."""
    place = folder / "a" / "w1d1_90.ipynb"
    place.parent.mkdir(parents=True)
    os.mkfifo(place)
    problems: list[str] = []
    search = threading.Thread(target=lambda: problems.append(the_problem(folder)), daemon=True)
    search.start()
    search.join(3)
    waited = search.is_alive()
    if waited:  # let the thread go: opening and closing the other end is an end of file
        place.open("wb").close()
        search.join(3)
    assert not waited
    assert "a/w1d1_90.ipynb" in problems[0]


def test_copies_that_jupyter_and_macos_keep_are_not_submissions(folder: Path, put: Put) -> None:
    """Checkpoints and the shadow files of an archive are left out without a word."""
    put("a/w1d1_90.ipynb", notebook())
    put("a/.ipynb_checkpoints/w1d1_90-checkpoint.ipynb", notebook("other = 1"))
    put("a/._w1d1_90.ipynb", b"\x00\x05\x16\x07")
    found = find_submissions(folder, UNITS)
    assert names(found) == [("a", "w1d1_90")]
    assert found.problems == []


def test_two_different_files_of_one_participant_are_not_guessed_about(
    folder: Path, put: Put
) -> None:
    """Which of two files counts is for the instructor to say; other participants are graded."""
    put("a/w1d1_90.ipynb", notebook("total = 3"))
    put("a/w1d1_90 (1).ipynb", notebook("total = 4"))
    put("b/w1d1_90.ipynb", notebook())
    found = find_submissions(folder, UNITS)
    assert names(found) == [("b", "w1d1_90")]
    (problem,) = found.problems
    assert "a handed in w1d1_90 more than once" in problem
    assert "a/w1d1_90.ipynb" in problem
    assert "a/w1d1_90 (1).ipynb" in problem


def test_a_file_that_names_another_person_costs_that_person_nothing(folder: Path, put: Put) -> None:
    """Anybody can write a name into a file: who has a folder is graded from that folder."""
    put("alice/w1d1_90.ipynb", notebook("total = 3"))
    put("w1d1_90_x.ipynb", handed_in("alice"))
    put("w1d1_90_y.ipynb", {**handed_in("alice"), **notebook("total = 5")})
    put("w1d1_90_z.ipynb", {**handed_in("bob"), "cells": notebook("total = 6")["cells"]})
    found = find_submissions(folder, UNITS)
    assert names(found) == [("alice", "w1d1_90"), ("bob", "w1d1_90")]
    assert [cell.source for cell in found.submissions[0].read()[1]] == ["total = 3"]
    assert not any(problem.startswith("alice") for problem in found.problems)


def test_who_has_a_folder_is_told_of_a_file_with_their_name(folder: Path, put: Put) -> None:
    """The file may be theirs: the instructor reads where it belongs."""
    put("alice/w1d1_90.ipynb", notebook("total = 3"))
    put("w1d1_90_x.ipynb", {**handed_in("alice"), "cells": notebook("total = 4")["cells"]})
    (problem,) = find_submissions(folder, UNITS).problems
    assert problem.startswith("w1d1_90_x.ipynb: The file says that it is from alice, who has a ")


def test_a_folder_without_a_notebook_is_named(folder: Path, put: Put) -> None:
    """Work under an unknown name would count as not handed in; an empty folder says it itself."""
    put("anna/homework.zip", archive())
    put("b/w1d1_90.ipynb", notebook())
    put("c/w1d1_90.zip", b"PK")
    (folder / "d").mkdir()
    found = find_submissions(folder, UNITS)
    assert sorted(problem.split(": ")[0] for problem in found.problems) == ["anna", "c/w1d1_90.zip"]
    assert "No notebook was found in this folder" in " ".join(found.problems)


def test_a_letter_with_an_accent_is_one_letter(folder: Path, put: Put) -> None:
    """Systems write the same name in two ways: it is one participant."""
    put("w1d1_90.ipynb", handed_in(" Jose\u0301 "))
    assert names(find_submissions(folder, UNITS)) == [("Jos\u00e9", "w1d1_90")]


def test_an_id_without_end_gets_a_sentence(folder: Path, put: Put) -> None:
    """It would stand on every page."""
    put("w1d1_90.ipynb", handed_in("x" * 201))
    assert "longer than 200 characters" in the_problem(folder)


def test_a_notebook_of_200_mb_is_refused_without_reading(folder: Path) -> None:
    """Its size is enough to know; the others are found as quickly as before."""
    path = folder / "a" / "w1d1_90.ipynb"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(200_000_000)
    start = time.monotonic()
    assert "larger than 25 MB" in the_problem(folder)
    assert time.monotonic() - start < 1


def test_the_same_file_twice_is_one_submission(folder: Path, put: Put) -> None:
    """Two files with the same cells are no reason to ask, whatever their outputs."""
    again = notebook("total = 3")
    again["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3"}]
    put("a/w1d1_90.ipynb", notebook("total = 3"))
    put("a/w1d1_90 (1).ipynb", again)
    found = find_submissions(folder, UNITS)
    assert names(found) == [("a", "w1d1_90")]
    assert found.problems == []


def test_a_changed_cell_changes_the_digest(folder: Path, put: Put) -> None:
    """What a second run looks at is the cells: they decide what is graded again."""
    put("a/w1d1_90.ipynb", notebook("total = 3"))
    (first,) = find_submissions(folder, UNITS).submissions
    put("a/w1d1_90.ipynb", notebook("total = 4"))
    (second,) = find_submissions(folder, UNITS).submissions
    assert first.digest != second.digest


@pytest.mark.parametrize("name", ["role", "question"])
def test_whatever_decides_where_an_answer_belongs_changes_the_digest(
    folder: Path, put: Put, name: str
) -> None:
    """The grader finds answers by these marks too: with other ones it grades again."""
    content = notebook("total = 3")
    put("a/w1d1_90.ipynb", content)
    (first,) = find_submissions(folder, UNITS).submissions
    content["cells"][0]["metadata"]["rilo"][name] = "q2"
    put("a/w1d1_90.ipynb", content)
    (second,) = find_submissions(folder, UNITS).submissions
    assert first.digest != second.digest


def test_a_file_is_read_again_when_it_is_graded(folder: Path, put: Put) -> None:
    """What counts is what the file holds then; nothing of a thousand files is kept before."""
    path = put("a/w1d1_90.ipynb", notebook("total = 3"))
    (found,) = find_submissions(folder, UNITS).submissions
    assert found.read()[0] == found
    assert not any("total" in str(value) for value in vars(found).values())
    put("a/w1d1_90.ipynb", notebook("total = 4"))
    now, cells = found.read()
    assert [cell.source for cell in cells] == ["total = 4"]
    assert now.digest != found.digest
    assert now.receipt == receipt_code("a", "w1d1_90", cells)
    path.unlink()
    with pytest.raises(SubmissionError, match="cannot be read"):
        found.read()


def test_a_mark_at_the_start_of_a_file_is_allowed(folder: Path, put: Put) -> None:
    """Some editors of Windows write a byte order mark."""
    put("a/w1d1_90.ipynb", b"\xef\xbb\xbf" + json.dumps(notebook()).encode())
    assert names(find_submissions(folder, UNITS)) == [("a", "w1d1_90")]


def test_cells_of_wrong_types_become_plain_text() -> None:
    """Whatever stands in a cell, its type, text, id and role are text."""
    cells = cells_of_file(
        {
            "cells": [
                {"cell_type": "code", "source": ["a = 1\n", 3, None, {}, "b = 2"], "id": 5},
                {"cell_type": None, "source": {"x": 1}, "metadata": [1]},
                {"cell_type": ["code"], "metadata": {"rilo": "x"}, "id": {"a": 1}},
                {"metadata": {"rilo": {"role": 7, "question": [1]}}},
                "a cell that is a text",
            ]
        }
    )
    assert [cell.source for cell in cells] == ["a = 1\nb = 2", "", "", ""]
    for cell in cells:
        assert all(isinstance(value, str) for value in vars(cell).values())


def test_the_receipt_is_that_of_the_cells(folder: Path, put: Put) -> None:
    """Whatever a file claims, its receipt is computed from what is in it."""
    right = receipt_code("anna", "w1d1_90", cells_of_file(handed_in("anna")))
    for claimed in (right, "RILO-AAAA-AAAA-AAAA", "", None, 7):
        put("w1d1_90_anna.ipynb", handed_in("anna", receipt=claimed))
        (found,) = find_submissions(folder, UNITS).submissions
        assert found.receipt == right
        assert found.claimed == (claimed if isinstance(claimed, str) else "")


def test_a_receipt_is_the_same_in_a_folder_of_another_name(folder: Path, put: Put) -> None:
    """An instructor may name the folder as they like: the file is still the one of the receipt."""
    content = handed_in("participant_01")
    put("Anna Sato/w1d1_90.ipynb", content)
    (found,) = find_submissions(folder, UNITS).submissions
    assert found.receipt == receipt_code("participant_01", "w1d1_90", cells_of_file(content))


def test_a_change_after_the_receipt_changes_the_code(folder: Path, put: Put) -> None:
    """A file that was changed does not give the code that its participant noted down."""
    noted = receipt_code("anna", "w1d1_90", cells_of_file(handed_in("anna")))
    changed = handed_in("anna", receipt=noted)
    changed["cells"][0]["source"] = "total = 4"
    put("w1d1_90_anna.ipynb", changed)
    (found,) = find_submissions(folder, UNITS).submissions
    assert found.receipt != noted


def test_a_receipt_depends_on_person_unit_and_cells() -> None:
    """Nobody can show the receipt of another submission as their own."""
    cells = cells_of_file(notebook("total = 3"))
    others = cells_of_file(notebook("total = 4"))
    codes = {
        receipt_code("anna", "w1d1_90", cells),
        receipt_code("ben", "w1d1_90", cells),
        receipt_code("anna", "w1d1_01", cells),
        receipt_code("anna", "w1d1_90", others),
    }
    assert len(codes) == 4


def test_outputs_do_not_change_a_receipt() -> None:
    """Running a notebook once more changes nothing that counts."""
    again = notebook("total = 3")
    again["cells"][0]["execution_count"] = 7
    cells, same = cells_of_file(notebook("total = 3")), cells_of_file(again)
    assert receipt_code("anna", "w1d1_90", cells) == receipt_code("anna", "w1d1_90", same)


def test_sentences_hold_no_control_characters(folder: Path, put: Put) -> None:
    """A name cannot move the cursor of the instructor's terminal, nor fill it."""
    assert printable("a\x1b[31mb\nc\u202ed") == "a?[31mb?c?d"
    assert len(printable("x" * 10_000)) < 200
    put("w1d1_90 a.ipynb", notebook("a = 1", rilo={"submission": {"participant": "a\x1b[2J"}}))
    put("w1d1_90 b.ipynb", notebook("a = 2", rilo={"submission": {"participant": "a\x1b[2J"}}))
    assert "\x1b" not in the_problem(folder)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["rilo", "role", "question", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_CELL = _JSON | st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | _JSON,
        "id": st.sampled_from(["q1-answer", "q1-check"]) | _JSON,
        "metadata": _JSON
        | st.fixed_dictionaries(
            {"rilo": st.fixed_dictionaries({"role": _JSON, "question": _JSON})}
        ),
        "source": _JSON | st.just('check("q1", total)') | st.lists(_JSON, max_size=3),
    },
)
_ABOUT = st.fixed_dictionaries({"participant": _JSON, "receipt": _JSON})
_NOTEBOOK = _JSON | st.fixed_dictionaries(
    {"cells": _JSON | st.lists(_CELL, max_size=4)},
    optional={
        "metadata": _JSON
        | st.fixed_dictionaries({"rilo": st.fixed_dictionaries({"submission": _ABOUT})}),
        "nbformat": _JSON,
    },
)


@settings(deadline=None, max_examples=80)
@given(first=_NOTEBOOK, second=_NOTEBOOK, raw=st.binary(max_size=40))
def test_no_file_stops_the_search(first: object, second: object, raw: bytes) -> None:
    """Every file becomes a submission or a part of a sentence, whatever is in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a").mkdir()
        (folder / "a" / "w1d1_90.ipynb").write_text(json.dumps(first), encoding="utf-8")
        (folder / "w1d1_90.ipynb").write_text(json.dumps(second), encoding="utf-8")
        (folder / "a" / "w1d1_01.ipynb").write_bytes(raw)
        found = find_submissions(folder, UNITS)
    assert 1 <= len(found.submissions) + len(found.problems) <= 3
    for problem in found.problems:
        assert problem.isprintable()
        assert len(problem) < 600
