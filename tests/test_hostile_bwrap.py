"""Hostile answers in the sandbox: each costs its author marks and nobody else anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hostile_answers import Attack, groups
from hostile_checks import Undisturbed, names
from hostile_scene import open_scene, sandbox_or_skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """The small unit, in which a good participant was graded."""
    sandbox_or_skip()
    with open_scene("bwrap", tmp_path_factory.mktemp("scene")) as scene:
        yield Undisturbed(scene)


@pytest.mark.parametrize("attacks", groups(), ids=names)
def test_in_the_sandbox_an_attack_costs_its_author_alone(
    undisturbed: Undisturbed, attacks: tuple[Attack, ...]
) -> None:
    """No point is won, no file changes, no process stays, and the next participant is as before."""
    undisturbed.check(attacks)
