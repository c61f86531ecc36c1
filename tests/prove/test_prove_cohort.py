"""The sample cohort in all graded units, on worlds that nobody has seen."""

from pathlib import Path

from rilo_training.course.manifest import load_programme
from rilo_training.demo import COHORT, expected_verdicts, unexpected, write_submissions
from rilo_training.grading.grade import grade
from rilo_training.grading.publish import current_results
from rilo_training.grading.store.folder import Store

PROGRAMME = load_programme(Path(__file__).resolve().parents[2])


def test_the_sample_cohort_gets_its_expected_verdicts_in_every_graded_unit(tmp_path: Path) -> None:
    """Right in another way, known mistakes, typed-in numbers, damaged files: as expected."""
    submissions, store = tmp_path / "submissions", tmp_path / "store"
    expected = expected_verdicts(PROGRAMME.root / COHORT)
    assert {unit for _, unit, _ in expected} == {
        unit.id for unit in PROGRAMME.units if unit.kind == "graded"
    }
    write_submissions(PROGRAMME, submissions)
    summary = grade(PROGRAMME, submissions, store)
    assert summary.problems == []
    assert unexpected(current_results(PROGRAMME, Store(store)), expected) == []
