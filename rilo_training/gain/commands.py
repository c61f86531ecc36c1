"""The commands of the test of gain: ``rilo gain ...``. They read words, and say the outcome."""

from __future__ import annotations

from pathlib import Path

import click

_STORE = click.argument("store", type=click.Path(path_type=Path, file_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def gain() -> None:
    """Measure gain: the same people before and after the course, on two forms and two worlds.

    STORE is the folder that `rilo grade` gets as --out. curriculum/gain/README.md leads through
    the two days.
    """


@gain.command()
@_STORE
@click.option("--participants", required=True, help="Their ids, with commas: anna,ben,chen,dina")
def draw(store: Path, participants: str) -> None:
    """Draw who writes which form before the course. After it, everybody writes the other one.

    Who was drawn before stays as drawn. Later participants may be added.
    """
    from rilo_training.gain.draw import draw_and_keep, form_of, read_names
    from rilo_training.gain.records import read_draws
    from rilo_training.gain.store import GainStore

    names = read_names(participants)
    with GainStore(store).history() as history:
        new = draw_and_keep(history, names)
        draws = read_draws(history)
    for name, first in draws.items():
        forms = f"form {first} before, form {form_of(first, 'after')} after"
        click.echo(f"{name}: {forms}{'' if name in new else ' (drawn earlier)'}")


@gain.command()
@_STORE
@click.option("--occasion", required=True, type=click.Choice(["before", "after"]))
def make(store: Path, occasion: str) -> None:
    """Make the test of an occasion on a new world: pages to hand out, data, and the key.

    A second call writes the pages of the same test again, also for people who were drawn since.
    """
    from rilo_training.gain.occasion import TYPED, make_occasion

    made = make_occasion(store, occasion, lambda line: click.echo(f"  {line} ...", err=True))
    kept = "A new test" if made.is_new else "The same test as before, written again"
    click.echo(f"{kept}, world {made.world_id}, for {made.participants} participants.")
    if made.refused:
        click.echo(f"Worlds that were not fit, and were passed over: {made.refused}.")
    click.echo(f"Hand out: {made.hand_out} (one folder a person, and the data of the task)")
    click.echo(f"Keep, for the marker alone: {made.marker}")
    if made.typed.name != TYPED:
        click.echo(
            f"The file {TYPED} holds typed answers or other participants, so it stays. "
            f"The empty table for all participants: {made.typed}"
        )


@gain.command()
@_STORE
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--by", default="instructor", show_default=True, help="Who enters the answers.")
@click.option("--as-written", is_flag=True, help="Take a form although another one was drawn.")
def enter(store: Path, files: tuple[Path, ...], by: str, as_written: bool) -> None:
    """Enter answers: the files that the page saved, or typed_answers.csv from paper.

    A folder stands for all files in it that end with .json, .txt or .csv.

    Nothing is written over: a second entry of a person is kept beside the first, and the newest
    counts. The same answers from the same file are entered once.
    """
    from rilo_training.gain import steps

    taken = steps.enter(store, files, by, as_written)
    for entry in taken.entries:
        given = sum(answer != "" for answer, _ in entry.answers)
        click.echo(
            f"{entry.participant}, {entry.occasion}, form {entry.form}: "
            f"{given} of {len(entry.answers)} items have an answer."
        )
    click.echo(f"Entered: {len(taken.entries)}.")
    for entry in taken.kept:
        click.echo(
            f"Left out: {entry.source} was entered earlier with the same answers. "
            "If it must count again, give the file another name and enter it."
        )
    _say_problems(taken.problems)


@gain.command()
@_STORE
@click.argument("sheet", required=False, type=click.Path(path_type=Path, dir_okay=False))
def mark(store: Path, sheet: Path | None) -> None:
    """Write the blind marking sheet of the performance task; with SHEET, take its marks."""
    from rilo_training.gain import steps

    if sheet is None:
        path, scripts = steps.write_sheet(store)
        click.echo(f"The sheet holds {scripts} scripts, without names: {path}")
        click.echo("Fill in the points and your name, and give it back: rilo gain mark STORE SHEET")
        return
    scripts, problems = steps.take_marks(store, sheet)
    click.echo(f"Scripts with new marks: {scripts}.")
    _say_problems(problems)


@gain.command()
@_STORE
def report(store: Path) -> None:
    """Write the report: a page for each person, before and after, and one for the room."""
    from rilo_training.gain import steps

    room, people, problems = steps.write_report(store)
    click.echo(f"Pages for {people} participants, and one for the room: {room}")
    _say_problems(problems)


def _say_problems(problems: list[str]) -> None:
    for problem in problems:
        click.echo(f"Problem: {problem}")
    if problems:
        raise SystemExit(1)
