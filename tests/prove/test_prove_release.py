"""The release of the whole course: a fresh world for each unit, and no answer in it."""

from pathlib import Path

import pytest
from released import assert_no_answer_in, copied_course

from rilo_training.course.manifest import Programme, load_programme
from rilo_training.course.release import build_release
from rilo_training.learn.workspace import read_key


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """A copy of the whole course, with an instructor's store in it."""
    return load_programme(copied_course(tmp_path_factory.mktemp("instructor") / "course"))


@pytest.fixture(scope="module")
def release(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of a cohort, with one prepared world for each unit."""
    return build_release(programme, tmp_path_factory.mktemp("made") / "cohort", worlds=1)


def test_no_answer_is_in_the_release_of_the_whole_course(
    release: Path, programme: Programme
) -> None:
    """Whoever reads all files of a release finds no solution, no key cell and no sample answer."""
    assert_no_answer_in(release, programme)


def test_every_unit_has_a_practice_key_and_a_fresh_world(
    release: Path, programme: Programme
) -> None:
    """The key of the practice data, and that of one prepared world."""
    for unit in programme.units:
        files = sorted((release / "course" / "keys" / unit.id).iterdir())
        assert len(files) == 2, unit.id
        assert all(read_key(file) for file in files), unit.id
