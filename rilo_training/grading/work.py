"""Do tasks on an executor: threads of this computer, or a cluster of computers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import rilo_training
from rilo_training.course.manifest import CourseError
from rilo_training.kernels import Level, choose_level

IN_FLIGHT = 64
"""How many tasks are given to an executor at once: the memory of a run has this limit."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Workers:
    """Who does the work, how many tasks they get at once, and how they choose the isolation."""

    executor: Executor | None = None
    in_flight: int = IN_FLIGHT
    choose: Callable[[str], Level] = choose_level


def results_of(
    do: Callable[[T], R], tasks: Iterable[T], executor: Executor | None, in_flight: int = IN_FLIGHT
) -> Generator[tuple[T, R | BaseException], None, None]:
    """Give each task with its result, as they get done; a failure is a result too.

    Parameters
    ----------
    do
        Does one task.
    tasks
        The next one is asked for when there is room for it.
    executor
        Does the work; without it, one task after the other.
    in_flight
        How many tasks wait or run at once.

    Examples
    --------
    >>> list(results_of(str, [1, 2], None))
    [(1, '1'), (2, '2')]
    """
    if executor is None:
        for task in tasks:
            try:
                yield task, do(task)
            except Exception as reason:  # one task never stops the others
                yield task, reason
        return
    running: dict[Future[R], T] = {}
    try:
        for task in tasks:
            try:
                running[executor.submit(do, task)] = task
            except Exception as reason:  # the executor itself is broken
                yield task, reason
                continue
            if len(running) >= in_flight:
                yield from _finished(running)
        while running:
            yield from _finished(running)
    finally:
        for future in running:
            future.cancel()


def _finished(running: dict[Future[R], T]) -> Iterator[tuple[T, R | BaseException]]:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        task = running.pop(future)
        try:
            found: R | BaseException = future.result()
        except Exception as reason:
            found = reason
        yield task, found


@contextlib.contextmanager
def workers(jobs: int, scheduler: str | None = None) -> Iterator[Workers]:
    """Give the workers that a command asked for.

    Parameters
    ----------
    jobs
        How many threads of this computer.
    scheduler
        The address of a dask.distributed scheduler, whose workers are used instead.

    Raises
    ------
    CourseError
        When the scheduler does not answer or cannot do the work; the text says what to do.
    """
    if scheduler:
        with _cluster(scheduler) as found:
            yield found
        return
    with ThreadPoolExecutor(jobs) as executor:
        yield Workers(executor, max(IN_FLIGHT, 2 * jobs))


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[Workers]:
    try:
        import distributed
    except ImportError as reason:
        raise CourseError(
            "--scheduler needs more packages. Install them with: "
            'pip install "rilo-training[cluster]"'
        ) from reason
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TypeError) as reason:
        raise CourseError(
            f"No scheduler answers at {address}. Start one with `dask scheduler`, and give the "
            "address that it prints, such as tcp://192.0.2.1:8786."
        ) from reason
    with client:
        places = len(client.ncores())
        if not places:
            raise CourseError(
                f"The scheduler at {address} has no workers. Start at least one with: "
                f"dask worker {address}"
            )
        _refuse_another_version(client, address)
        slots = sum(client.ncores().values())
        with client.get_executor() as executor:
            yield Workers(
                executor, max(IN_FLIGHT, 2 * slots), lambda asked: _weakest(client, asked)
            )


def _refuse_another_version(client: Any, address: str) -> None:
    """Raise where a worker has another version of this package, or none."""
    wanted = version_here()
    try:
        found = set(client.run(version_here).values())
    except Exception as reason:  # whatever goes wrong there, the work cannot be done there
        raise CourseError(
            f"The workers of {address} cannot do the work ({reason}). Install rilo-training "
            f"{wanted} on each of them."
        ) from reason
    if found != {wanted}:
        raise CourseError(
            f"The workers of {address} have rilo-training {', '.join(sorted(found))}; this "
            f"computer has {wanted}. Install the same version everywhere."
        )


def _weakest(client: Any, asked: str) -> Level:
    """Return the isolation that all workers have: what is said of every result must be true."""
    levels: list[Level] = list(client.run(choose_level, asked).values())
    return next((level for level in levels if level.name == "process"), levels[0])


def version_here() -> str:
    """Return the version of this package; a worker is asked for its own."""
    return rilo_training.__version__
