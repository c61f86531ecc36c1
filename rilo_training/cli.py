"""The commands. Each one is thin: it reads its words, calls a room, and says the outcome.

Exit codes: 0 all is well; 1 done, but something needs a person; 2 it could not be done.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rilo_training import __version__
from rilo_training.gain.commands import gain


class _Commands(click.Group):
    """Turns the errors that are ours into one sentence and exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Exception as reason:
            if isinstance(reason, OSError) and not isinstance(reason, BrokenPipeError):
                what, why = reason.filename or "A file", reason.strerror or reason
                sentence = f"{what} cannot be used: {why}."
            elif isinstance(reason, sqlite3.Error):
                sentence = f"A lock or the history of the store cannot be used: {reason}."
            elif _is_ours(reason):
                sentence = str(reason)
            else:
                raise
            click.echo(f"rilo: {sentence}", err=True)
            context.exit(2)


def _is_ours(reason: Exception) -> bool:
    """Whether an error carries a sentence for people."""
    names = {"CourseError", "WorldError", "ExtractError", "RunFailed", "QuestionError"}
    kinds = {kind.__name__ for kind in type(reason).__mro__}  # a RubricError is a CourseError
    return bool(kinds & {*names, "BrowseError"})


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rilo")
def main() -> None:
    """The commands of the course. All data are synthetic, not CEN data.

    Participants use: doctor, start, lab, browse, progress, reset, practise, submit.
    Instructors use: release, morning, receipt, grade, mark, close, gain, world.
    Authors use: verify, normalise.
    """
    # A console of Windows may not know every letter: a replaced letter is better than a stop.
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _say(line: str) -> None:
    click.echo(f"  {line} ...", err=True)


_FOLDER = click.Path(path_type=Path, file_okay=False)


@main.command()
def doctor() -> None:
    """Say OK, or what to do, for everything that this computer needs."""
    from rilo_training.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{'OK      ' if finding.is_well else 'TO DO   '}{finding.sentence}")
    if not all(finding.is_well for finding in findings):
        raise SystemExit(1)
    click.echo("Everything is ready.")


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--participant", required=True, help="The id that your instructor gave you.")
def start(folder: Path, participant: str) -> None:
    """Make a workspace in FOLDER: notebooks, practice data, practice keys."""
    from rilo_training.course.workspaces import find_material, start_workspace

    start_workspace(folder, participant, find_material(_say))
    click.echo(f"Your workspace is ready: {folder}")
    click.echo(f"Open it with: rilo lab {folder}")


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--port", type=int, default=8888, show_default=True)
def lab(folder: Path, no_browser: bool, port: int) -> None:
    """Open the workspace FOLDER in JupyterLab."""
    from rilo_training.course.workspaces import open_workspace
    from rilo_training.jupyter import open_lab

    raise SystemExit(open_lab(open_workspace(folder).root, port=port, browser=not no_browser))


@main.command()
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Without it, a free one.")
def browse(folder: Path | None, no_browser: bool, port: int) -> None:
    """Browse the practice database of FOLDER: a workspace, or the folder of a world.

    Without FOLDER, the practice data of the course. Stop it with Ctrl + C.
    """
    from rilo_training.browse import browse

    browse(folder, _say, port=port, browser=not no_browser)


@main.command()
@click.argument("folder", type=_FOLDER)
def progress(folder: Path) -> None:
    """Say how far you are in every unit of the workspace FOLDER."""
    from rilo_training.course.workspaces import open_workspace, progress_table

    click.echo(progress_table(open_workspace(folder)))


@main.command()
@click.argument("folder", type=_FOLDER)
@click.argument("unit")
def reset(folder: Path, unit: str) -> None:
    """Start UNIT again in the workspace FOLDER. Your old notebook is kept."""
    from rilo_training.course.workspaces import notebook_of, open_workspace, reset_unit

    workspace = open_workspace(folder)
    kept = reset_unit(workspace, unit)
    click.echo(f"A fresh copy is at {notebook_of(workspace, unit)}")
    if kept:
        click.echo(f"Your old notebook is kept at {kept}")


@main.command()
@click.argument("folder", type=_FOLDER)
@click.argument("unit")
def practise(folder: Path, unit: str) -> None:
    """Do UNIT again on the next fresh world, with its own practice key."""
    from rilo_training.course.workspaces import open_workspace, practise_unit

    path = practise_unit(open_workspace(folder), unit, _say)
    click.echo(f"The unit on fresh data is at {path}")


@main.command()
@click.argument("folder", type=_FOLDER)
@click.argument("unit", required=False)
def submit(folder: Path, unit: str | None) -> None:
    """Run UNIT as the grader will, say what would fail, and write the submission file.

    Without UNIT, every unit that you have worked on is handed in.
    """
    from rilo_training.course.manifest import CourseError
    from rilo_training.course.workspaces import open_workspace
    from rilo_training.grading.submit import attempted_units, describe_hand_in, submit_unit

    workspace = open_workspace(folder)
    units = [unit] if unit else attempted_units(workspace)
    if not units:
        click.echo("Nothing to hand in: no notebook differs from the copy that you were given.")
        raise SystemExit(1)
    failed = False
    for unit_id in units:
        try:
            click.echo(describe_hand_in(submit_unit(workspace, unit_id, _say)))
        except CourseError as reason:
            failed = True
            click.echo(f"rilo: {reason}", err=True)
    if failed:
        raise SystemExit(2)


@main.command()
@click.option("--out", required=True, type=_FOLDER, help="A new folder.")
@click.option(
    "--worlds",
    default=3,
    show_default=True,
    type=click.IntRange(0, 100),
    help="Fresh practice worlds a unit.",
)
@click.option("--edition", default="cohort", show_default=True, help="cohort or self-study.")
def release(out: Path, worlds: int, edition: str) -> None:
    """Write the bundle that participants get. It works alone and without a network."""
    from rilo_training.course.manifest import load_programme
    from rilo_training.course.release import build_release

    build_release(load_programme(), out, worlds=worlds, edition=edition, say=_say)
    click.echo(f"The release is ready: {out}. Begin with FIRST_STEPS.md in it.")


REPORT_CASES = (3_000, 200_000)
"""Sizes of a world that its report can measure: large enough to say something, small enough."""


@main.command()
@click.option("--seed", required=True, type=click.IntRange(0, 2**128 - 1), help="Any number.")
@click.option("--out", required=True, type=_FOLDER, help="The folder of the world.")
@click.option("--cases", default=12_000, show_default=True, type=click.IntRange(1, 100_000_000))
@click.option("--format", "file_format", default="parquet", type=click.Choice(["parquet", "csv"]))
@click.option("--truth", type=_FOLDER, help="Write the truth too, into this other folder.")
@click.option("--table", "tables", multiple=True, help="Only this table; may be repeated.")
@click.option("--story", "stories", multiple=True, help="A story line that must be in it.")
@click.option("--without", multiple=True, help="A story line that must not be in it.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 61))
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the fidelity report, one HTML page.",
)
def world(
    seed: int,
    out: Path,
    cases: int,
    file_format: Any,
    truth: Path | None,
    tables: tuple[str, ...],
    stories: tuple[str, ...],
    without: tuple[str, ...],
    jobs: int,
    report: Path | None,
) -> None:
    """Make a synthetic world from a seed."""
    from concurrent.futures import ProcessPoolExecutor
    from contextlib import nullcontext

    from rilo_training.world import TABLES, write_world

    if report is not None and not REPORT_CASES[0] <= cases <= REPORT_CASES[1]:
        raise click.UsageError(
            f"--report measures worlds of {REPORT_CASES[0]:,} to {REPORT_CASES[1]:,} cases; "
            f"{cases:,} were asked for. Leave --report out, or change --cases."
        )
    choices: dict[str, Any] = {"stories": stories, "without": without}
    with ProcessPoolExecutor(jobs) if jobs > 1 else nullcontext() as executor:
        about = write_world(
            out,
            seed,
            cases,
            truth,
            file_format,
            _say,
            tables=tables or TABLES,
            executor=executor,
            **choices,
        )
    rows = ", ".join(f"{found['rows']:,} {name}" for name, found in about["tables"].items())
    click.echo(f"World {about['world_id']} in {out}: {rows}")
    if report is not None:
        from rilo_training.fidelity.report import write_report
        from rilo_training.world.make import make_recipe

        recipe, _ = make_recipe(seed, cases, **choices)
        write_report(recipe, report, progress=_say)
        click.echo(f"The fidelity report is ready: {report}")


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="The instructor's store.")
@click.option("--isolation", default="auto", show_default=True, help="auto, bwrap or process.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--scheduler", help="The address of a dask.distributed scheduler.")
@click.option("--attempt", default=1, show_default=True, type=click.IntRange(1, 99))
@click.option("--seed", type=click.IntRange(0, 2**128 - 1), help="Rehearsal with a known world.")
def grade(
    submissions: Path,
    out: Path,
    isolation: str,
    jobs: int,
    scheduler: str | None,
    attempt: int,
    seed: int | None,
) -> None:
    """Grade the SUBMISSIONS folder. A second run does only what is new or changed."""
    from rilo_training.course.manifest import load_programme
    from rilo_training.grading.grade import grade
    from rilo_training.grading.publish import current_results
    from rilo_training.grading.reports.report import cohort_table
    from rilo_training.grading.store.folder import Store
    from rilo_training.grading.store.policy import counting_results, policy_sentence
    from rilo_training.grading.work import workers

    programme = load_programme()
    with workers(jobs, scheduler) as found:
        summary = grade(
            programme,
            submissions,
            out,
            isolation=isolation,
            workers=found,
            attempt=attempt,
            seed=seed,
            say=_say,
        )
    results = current_results(programme, Store(out))
    click.echo(cohort_table(counting_results(results, programme.attempts)))
    if any(result.attempt > 1 for result in results):
        click.echo(policy_sentence(programme.attempts))
    click.echo(f"Graded: {summary.graded}. Unchanged: {summary.unchanged}.")
    for problem in summary.problems:
        click.echo(f"Problem: {problem}")
    if seed is not None:
        click.echo("This was a REHEARSAL: these points do not count.")
    click.echo(summary.isolation)
    click.echo(f"Report: {out / 'cohort_report.html'}")
    if summary.problems:
        raise SystemExit(1)


@main.command()
@click.argument("store", type=_FOLDER)
@click.argument("participant")
@click.argument("unit")
@click.argument("code")
@click.option("--attempt", default=1, show_default=True, type=click.IntRange(1, 99))
def receipt(store: Path, participant: str, unit: str, code: str, attempt: int) -> None:
    """Record the receipt CODE that PARTICIPANT noted down for UNIT.

    STORE is the folder that `rilo grade` gets as --out. A file that was changed after the receipt
    is graded all the same, and the change is reported.
    """
    from rilo_training.course.manifest import load_programme
    from rilo_training.grading.publish import record_receipt

    click.echo(record_receipt(load_programme(), store, participant, unit, code, attempt))


@main.command()
@click.argument("store", type=_FOLDER)
@click.argument("sheet", required=False, type=click.Path(path_type=Path, dir_okay=False))
def mark(store: Path, sheet: Path | None) -> None:
    """Take the marks that you filled in, from SHEET or from the marking sheets in STORE.

    STORE is the folder that `rilo grade` got as --out. The pages are written again.
    """
    from rilo_training.course.manifest import load_programme
    from rilo_training.grading.publish import take_marks

    sentence, problems = take_marks(load_programme(), store, sheet)
    click.echo(sentence)
    for problem in problems:
        click.echo(f"Problem: {problem}")
    if problems:
        raise SystemExit(1)


@main.command()
@click.argument("store", type=_FOLDER)
@click.argument("unit")
@click.option("--attempt", default=1, show_default=True, type=click.IntRange(1, 99))
def close(store: Path, unit: str, attempt: int) -> None:
    """Close an attempt of UNIT and release its feedback pages.

    STORE is the folder that `rilo grade` got as --out. New files for this attempt are refused
    from then on.
    """
    from rilo_training.course.manifest import load_programme
    from rilo_training.grading.publish import close_attempt

    sentence, problems = close_attempt(load_programme(), store, unit, attempt)
    click.echo(sentence)
    for problem in problems:
        click.echo(f"Problem: {problem}")
    if problems:
        raise SystemExit(1)


@main.command()
@click.argument("day")
@click.option("--store", required=True, type=_FOLDER, help="The folder of `rilo grade --out`.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
def morning(day: str, store: Path, out: Path | None) -> None:
    """Write the two-page sheet of DAY for the instructor, from the STORE of the grader.

    DAY is the number of the training day, or a date such as 2026-12-01. The sheet names people.
    """
    from rilo_training.course.manifest import load_programme
    from rilo_training.grading.morning import write_morning
    from rilo_training.grading.store.folder import Store

    kept = Store(store)
    page, found = write_morning(load_programme(), kept, day, out)
    if not kept.results(kept.rehearsal()):
        click.echo(
            f"Nothing was graded in {store} yet: the sheet shows no results. If you expected some, "
            "give the folder that `rilo grade` got as --out."
        )
    click.echo(f"The sheet of day {found.number} ({found.date}) is ready: {page}")
    click.echo("For the instructor only. Print it from the browser: two sides of A4.")


@main.command()
@click.argument("unit", required=False)
@click.option("--worlds", default=5, show_default=True, type=click.IntRange(1, 1000))
def verify(unit: str | None, worlds: int) -> None:
    """Prove UNIT, or every unit, on several worlds."""
    from rilo_training.course.manifest import load_programme
    from rilo_training.course.verify import verify_unit

    programme = load_programme()
    units = [programme.unit(unit)] if unit else list(programme.units)
    failed = False
    for one in units:
        _say(one.id)
        report = verify_unit(programme, one, worlds, _say)
        click.echo(
            f"{one.id}: {report.worlds} worlds ({report.replaced} replaced), "
            f"{report.questions} questions, {report.points:g} points, "
            f"{report.mistakes} mistakes, {len(report.problems)} problems"
        )
        for problem in report.problems:
            click.echo(f"  {problem}")
        failed = failed or bool(report.problems)
    if failed:
        raise SystemExit(1)


@main.command()
@click.argument("unit", required=False)
def normalise(unit: str | None) -> None:
    """Execute UNIT, or every unit, and write its notebook in the normal form, in place."""
    from rilo_training.course.manifest import load_programme
    from rilo_training.course.normalise import normalise_unit

    programme = load_programme()
    for one in [programme.unit(unit)] if unit else programme.units:
        _say(one.id)
        changed = normalise_unit(programme, one)
        click.echo(f"{one.id}: {'written' if changed else 'unchanged'}")


main.add_command(gain)


if __name__ == "__main__":
    main()
