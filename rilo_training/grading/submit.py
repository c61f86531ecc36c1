"""Hand in: look at a unit as the grader will, say what would fail, write the submission."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.answers import VERDICTS, Judgement
from rilo_training.course.manifest import CourseError
from rilo_training.course.notebook import questions_of, read_notebook
from rilo_training.course.workspaces import notebook_of, unit_of
from rilo_training.course.worlds import UnitWorld
from rilo_training.files import safe_name, write_text
from rilo_training.grading.assemble import assemble
from rilo_training.grading.examine import examine
from rilo_training.grading.execute import Evidence, execute
from rilo_training.grading.judge import judge_run
from rilo_training.grading.submissions import (
    SubmissionError,
    cells_of_file,
    read_notebook_file,
    receipt_code,
)
from rilo_training.kernels import Limits, open_sandbox
from rilo_training.kernels.scratch import scratch_folder
from rilo_training.learn.workspace import Workspace
from rilo_training.world import read_about, save_world

OTHER_SEED = 7001  # a world on which an answer is only compared with itself

Say = Callable[[str], None]


@dataclass(frozen=True)
class HandedIn:
    """What handing in a unit gave: the file, its receipt, and how each question stands."""

    unit: str
    path: Path
    receipt: str
    judgements: dict[str, Judgement]
    notes: dict[str, str]
    typed_in: list[str]
    unused_cells: int


def attempted_units(workspace: Workspace) -> list[str]:
    """Return the units whose notebook differs from the copy that was given out."""
    changed = []
    for unit_id in workspace.units():
        path, copy_ = notebook_of(workspace, unit_id), workspace.copy_of(unit_id)
        if copy_ is None or not path.exists():
            continue
        own, given = _sources(path), _sources(copy_)
        if own != given:
            changed.append(unit_id)
    return changed


def submit_unit(workspace: Workspace, unit_id: str, say: Say = lambda line: None) -> HandedIn:
    """Run a unit on the practice data as the grader will, and write the submission file.

    Parameters
    ----------
    workspace, unit_id
        The workspace and the unit.
    say
        Called with a line at each step.

    Returns
    -------
    HandedIn
        With a judgement for each question, and which answers look typed in.

    Raises
    ------
    CourseError
        When the notebook is not there or cannot be read, or the file cannot be written.
    """
    unit = unit_of(workspace, unit_id)
    path, copy_ = notebook_of(workspace, unit_id), workspace.copy_of(unit_id)
    if copy_ is None or not path.exists():
        raise CourseError(
            f"The notebook {path.name} was not found in the workspace. "
            f"Get it back with: rilo reset {workspace.root} {unit_id}"
        )
    try:
        content = read_notebook_file(path)
    except SubmissionError as reason:
        raise CourseError(f"{path.name}: {reason}") from reason
    blank, cells = read_notebook(copy_), cells_of_file(content)
    extract = workspace.root / "datasets" / "practice"
    try:
        key = workspace.key(unit_id, str(read_about(extract)["world_id"]))
    except (ValueError, KeyError, TypeError):
        key = None
    if key is None:
        raise CourseError(
            f"The practice key of {unit_id} is missing or damaged. Start a new workspace, and "
            "copy your notebook into it."
        )
    assembled = assemble(blank, cells)
    limits = Limits(cell_seconds=int(unit["cell_seconds"]))
    examined = examine(
        blank,
        assembled.cells,
        key,
        unit_id,
        extract,
        limits,
        say=lambda line: say(f"{unit_id}: {line}"),
    )
    judgements = examined.judgements
    say(f"{unit_id}: running all questions on other data")
    other = _on_other_data(
        blank, assembled.cells, unit_id, UnitWorld.from_plain(unit["world"]), limits
    )
    typed_in = [
        name
        for name, question in key.items()
        if question.depends_on_world
        and judgements[name].verdict == "correct"
        and judge_run(question, other[name]).verdict == "correct"
    ]
    participant = str(workspace.about["participant"])
    receipt = receipt_code(participant, unit_id, cells)
    target = workspace.root / "submissions" / f"{unit_id}_{safe_name(participant)}.ipynb"
    try:
        write_text(target, _with_receipt(content, participant, unit_id, receipt))
    except OSError as reason:
        raise CourseError(f"The file {target} cannot be written: {reason.strerror}.") from reason
    notes = {name: " ".join(found) for name, found in assembled.notes.items()}
    return HandedIn(unit_id, target, receipt, judgements, notes, typed_in, assembled.unused)


def _on_other_data(
    blank: NotebookNode,
    answers: dict[str, list[str]],
    unit_id: str,
    world: UnitWorld,
    limits: Limits,
) -> dict[str, Evidence]:
    """Return what the same code declares on another world; nobody needs its key for that."""
    with scratch_folder() as folder:
        place = folder / "world"
        save_world(world.make(OTHER_SEED), place)
        with open_sandbox("process", place) as sandbox:
            return execute(blank, answers, questions_of(blank), unit_id, sandbox, limits).evidence


def describe_hand_in(handed_in: HandedIn) -> str:
    """Return what a participant reads after handing in."""
    lines = [f"{handed_in.unit}: how each question stands on the practice data"]
    for name, found in handed_in.judgements.items():
        reason = found.diagnosis
        if found.verdict == "wrong" and not reason:
            reason = "Run its check in the notebook and ask for a hint."
        lines.append(f"  {name}  {VERDICTS[found.verdict]}. {reason}".rstrip())
        if name in handed_in.typed_in:
            lines.append(
                "      On other data the answer is the same number. Did you type it in? The "
                "official run uses other data. Write code that computes it."
            )
        if note := handed_in.notes.get(name):
            lines.append(f"      {note}")
    if handed_in.unused_cells:
        lines.append(
            f"  Code cells of your own outside of the questions: {handed_in.unused_cells}. "
            "They are not used. Put code that an answer needs between its task and its check."
        )
    lines.append(f"Submission file: {handed_in.path}")
    lines.append(f"Receipt code:    {handed_in.receipt}")
    lines.append("Give the file to your instructor, and note the receipt code.")
    return "\n".join(lines)


def _with_receipt(content: dict[str, object], participant: str, unit: str, receipt: str) -> str:
    """Return the notebook without outputs, with the name and the receipt in its metadata."""
    made = json.loads(json.dumps(content))
    for cell in made["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
    metadata = made.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    about = {"participant": participant, "unit": unit, "receipt": receipt}
    made["metadata"] = {**metadata, "rilo": {"unit": unit, "submission": about}}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _sources(path: Path) -> list[tuple[str, str]]:
    try:
        return [(c.cell_type, c.source.strip()) for c in cells_of_file(read_notebook_file(path))]
    except SubmissionError:
        return []
