"""Hostile answers without a sandbox: what limits alone can hold, they hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hostile_answers import Attack, groups
from hostile_checks import Undisturbed, names
from hostile_scene import open_scene

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits of other systems are fewer"),
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """The small unit, in which a good participant was graded."""
    with open_scene("process", tmp_path_factory.mktemp("scene")) as scene:
        yield Undisturbed(scene)


@pytest.mark.parametrize("attacks", groups(at_process=True), ids=names)
def test_with_limits_alone_an_attack_costs_its_author_alone(
    undisturbed: Undisturbed, attacks: tuple[Attack, ...]
) -> None:
    """No point is won, no file changes, no process stays, and the next participant is as before."""
    undisturbed.check(attacks)
