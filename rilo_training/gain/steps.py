"""What the commands do with a store: enter answers, write the blind sheet, take marks, report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rilo_training.course.manifest import CourseError
from rilo_training.files import whole_text, write_text
from rilo_training.gain.bank import load_bank
from rilo_training.gain.intake import Known, Taken, read_files
from rilo_training.gain.marking import new_marks, read_sheet, sheet_text
from rilo_training.gain.records import (
    Entry,
    add_entry,
    add_marks,
    read_draws,
    read_entries,
    read_marks,
    read_scripts,
    read_worlds,
)
from rilo_training.gain.report import Found, person_page, room_page
from rilo_training.gain.results import results_text, task_text
from rilo_training.gain.standing import Sittings, sittings
from rilo_training.gain.store import GainStore

ENDINGS = (".json", ".txt", ".csv")
RESULTS, TASK, SHEET = "gain_results.csv", "gain_task.csv", "blind_marking_sheet.csv"


def enter(folder: Path, paths: Sequence[Path], by: str, as_written: bool) -> Taken:
    """Enter files with answers. What was entered before stays.

    The same answers from the same file are entered once: a folder may be entered again, and a
    correction that was entered since still counts.

    Parameters
    ----------
    folder
        The instructor's store.
    paths
        Files, and folders of which every ``.json``, ``.txt`` and ``.csv`` is taken.
    by
        Who enters them.
    as_written
        Take a form although another one was drawn.

    Raises
    ------
    CourseError
        When no test was made yet.
    """
    store = GainStore(folder)
    with store.history() as history:
        known = Known(read_draws(history), read_worlds(history), as_written, whole_text(by))
        if not known.worlds:
            raise CourseError(
                "No test was made in this store yet, so there is nothing to enter. "
                f"Make one first: rilo gain make {folder} --occasion before"
            )
        problems: list[str] = []
        taken = read_files(_files(paths, problems), known)
        taken.problems = problems + taken.problems
        before = {_content(entry) for entry in read_entries(history)}
        taken.kept = [entry for entry in taken.entries if _content(entry) in before]
        taken.entries = [entry for entry in taken.entries if _content(entry) not in before]
        for entry in taken.entries:
            add_entry(history, entry)
    taken.problems += _write_results(store)
    return taken


def _content(entry: Entry) -> tuple[object, ...]:
    """Return all of an entry but who entered it, and when."""
    task = tuple(sorted(entry.task.items()))
    place = (entry.participant, entry.occasion, entry.form, entry.world_id, entry.source)
    return (*place, entry.answers, task)


def _files(paths: Sequence[Path], problems: list[str]) -> list[Path]:
    """Return the files, those of folders in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        every = sorted(path.iterdir())
        own = [one for ending in ENDINGS for one in every if one.suffix.lower() == ending]
        found += own
        if not own:
            problems.append(
                f"The folder {path} holds no file that ends with .json, .txt or .csv. Folders "
                "in it are not looked into: name the folder that holds the files."
            )
    return found


def write_sheet(folder: Path) -> tuple[Path, int]:
    """Write the blind marking sheet, and return it with its number of scripts.

    A sheet with points that were not taken yet stays: the new one gets a number in its name.
    """
    store, bank = GainStore(folder), load_bank()
    path, number = store.folder / SHEET, 1
    with store.history() as history:
        worlds, scripts = read_worlds(history), read_scripts(history)
        counting, marks = sittings(read_entries(history), worlds), read_marks(history)
        text = sheet_text(scripts, _sat(counting), worlds, bank.criteria)
        while path.exists():
            found = read_sheet(path.read_bytes(), scripts, bank.criteria)
            if not found.problems and not new_marks(found.marks, marks):
                break
            number += 1
            path = path.with_name(SHEET.replace(".csv", f"_{number}.csv"))
        write_text(path, text, encoding="utf-8-sig")
    return path, len(_sat(counting))


def take_marks(folder: Path, sheet: Path) -> tuple[int, list[str]]:
    """Take the marks of a sheet. Return of how many scripts marks are new, and problems."""
    store, bank = GainStore(folder), load_bank()
    content = sheet.read_bytes()
    with store.history() as history:
        found = read_sheet(content, read_scripts(history), bank.criteria)
        new = new_marks(found.marks, read_marks(history))
        add_marks(history, new)
    return len({mark.code for mark in new}), found.problems + _write_results(store)


def write_report(folder: Path) -> tuple[Path, int, list[str]]:
    """Write the page of the room, a page for each person, and the result files.

    Returns
    -------
    Path, int, list of str
        The page of the room, how many people have a page, and a sentence for each result file that
        could not be written.
    """
    store, bank = GainStore(folder), load_bank()
    with store.history() as history:
        worlds = read_worlds(history)
        found = Found(
            bank=bank,
            draws=read_draws(history),
            worlds=worlds,
            sittings=sittings(read_entries(history), worlds),
            scripts=read_scripts(history),
            marks=read_marks(history),
        )
    if not found.draws:
        raise CourseError(
            "Nobody was drawn in this store yet, so there is nothing to report. Draw first: "
            f"rilo gain draw {folder} --participants anna,ben,chen,dina"
        )
    places = {name: store.report(name) for name in found.draws}
    for name, place in places.items():
        write_text(place, person_page(found, name))
    room = store.report()
    links = {name: place.relative_to(room.parent).as_posix() for name, place in places.items()}
    write_text(room, room_page(found, links))
    return room, len(places), _write_results(store)


def _sat(counting: Sittings) -> dict[tuple[str, str], Entry]:
    """Return the entry that counts of each participant and occasion."""
    return {
        (participant, occasion): sitting.entry
        for participant, own in counting.items()
        for occasion, sitting in own.items()
    }


def _write_results(store: GainStore) -> list[str]:
    """Write the two result files again from the records, and say which could not be written.

    What was entered is kept by then: a file that is open elsewhere takes nothing back.
    """
    problems = []
    with store.history() as history:
        worlds, entries = read_worlds(history), read_entries(history)
        sat = _sat(sittings(entries, worlds))
        texts = {
            RESULTS: results_text(entries, worlds),
            TASK: task_text(read_marks(history), read_scripts(history), sat),
        }
        for name, text in texts.items():
            try:
                write_text(store.folder / name, text, encoding="utf-8-sig")
            except OSError as reason:
                problems.append(
                    f"{name} could not be written ({reason.strerror}). What was entered is safe in "
                    "the store. Close the file if it is open in another program, and run rilo gain "
                    f"report {store.folder.parent}"
                )
    return problems
