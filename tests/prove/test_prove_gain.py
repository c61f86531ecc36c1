"""The test of gain on worlds that were not looked at when it was written."""

from __future__ import annotations

from itertools import count

from gaining import (
    assert_computed_items_are_right,
    assert_numbers_are_of_the_world,
    assert_task_is_of_the_world,
    bank,
)

from rilo_training.gain.occasion import choose_world, exams_of, world_tables

FIRST, WORLDS = 83_000, 20


def test_most_worlds_are_fit_and_their_items_are_right() -> None:
    """On a fit world each computed item follows from what the reader sees."""
    seeds, refused = count(FIRST), 0
    for _ in range(WORLDS):
        world, passed_over = choose_world(bank(), "before", seeds, None)
        refused += passed_over
        tables = world_tables(world.seed)
        assert exams_of(tables, bank()) == (world.exams, [])
        for form, exam in world.exams.items():
            assert_computed_items_are_right(exam)
            assert_numbers_are_of_the_world(tables, form, exam)
            assert_task_is_of_the_world(tables["seizures"], exam.task)
    assert refused <= WORLDS
