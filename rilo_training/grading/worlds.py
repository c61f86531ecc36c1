"""The official worlds of one grading, packed for the workers one unit after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rilo_training.answers import Question
from rilo_training.course.manifest import Programme
from rilo_training.course.material import build_material, practice_key
from rilo_training.course.notebook import participant_copy, read_notebook
from rilo_training.files import sha256_of
from rilo_training.grading.package import Package, files_of
from rilo_training.grading.store.folder import Official, Store
from rilo_training.kernels import Limits

Say = Callable[[str], None]


class Worlds:
    """The worlds and keys of one attempt.

    Parameters
    ----------
    programme, store
        The course and the instructor's store.
    attempt, seed
        Which attempt, and the seed of a rehearsal.
    say
        Called with a line at each step.
    """

    def __init__(
        self, programme: Programme, store: Store, attempt: int, seed: int | None, say: Say
    ) -> None:
        self._programme, self._store = programme, store
        self._attempt, self._seed, self._say = attempt, seed, say
        self._material: Path | None = None
        self._official: dict[str, tuple[Official, dict[str, Question]]] = {}
        self._package: Package | None = None

    def prepare(self, unit_id: str) -> None:
        """Make the world and the key of a unit, or find them in the store.

        Raises
        ------
        CourseError, RunFailed
            When there can be none; the text says why.
        """
        if self._material is None:
            folder = self._programme.root / "build" / "material"
            self._material = build_material(self._programme, folder, say=self._say)
        unit = self._programme.unit(unit_id)
        path = self._programme.notebook(unit)
        practice = practice_key(self._material, self._programme, unit)
        official = self._store.official(
            unit,
            read_notebook(path),
            sha256_of(path.read_bytes()),
            {name: question.reference for name, question in practice.items()},
            self._attempt,
            self._seed,
        )
        self._official[unit_id] = (official, practice)

    def key_digest(self, unit_id: str) -> str:
        """Return the digest of the key of a unit that was prepared."""
        return self._official[unit_id][0].key_digest

    def package(self, unit_id: str) -> Package:
        """Return the package of a unit; the last one alone is kept in memory."""
        if self._package is None or self._package.unit != unit_id:
            official, practice = self._official[unit_id]
            unit = self._programme.unit(unit_id)
            self._package = Package(
                unit=unit_id,
                blank=participant_copy(read_notebook(self._programme.notebook(unit))),
                questions=official.reference.questions,
                practice=practice,
                limits=Limits(cell_seconds=self._programme.cell_seconds),
                files=files_of(official.extract),
                unit_digest=official.unit_digest,
                key_digest=official.key_digest,
                world_id=official.reference.world_id,
                world_digest=official.world_digest,
            )
        return self._package
