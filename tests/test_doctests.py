"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import rilo_training

# The module `__main__`-style command line runs when it is imported as a script only.
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(rilo_training.__path__, "rilo_training.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    """Every example in the docstrings of a module gives what it says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
