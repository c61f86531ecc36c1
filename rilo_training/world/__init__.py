"""The synthetic world: seizures from a seed, with the defects of real data and the truth apart.

`make_world` makes a world, `save_world` writes it. Every share, mean and rate stands with its
source in a table of the folder ``parameters``. All data are synthetic, not CEN data.
"""

from rilo_training.world.digest import digest
from rilo_training.world.errors import WorldError
from rilo_training.world.make import SYNTHETIC, WORLD_VERSION, World, make_world
from rilo_training.world.parts import TABLES
from rilo_training.world.practice import PRACTICE_SEED, make_practice_world
from rilo_training.world.save import read_about, save_world, write_world
from rilo_training.world.stories import KINDS

__all__ = [
    "KINDS",
    "PRACTICE_SEED",
    "SYNTHETIC",
    "TABLES",
    "WORLD_VERSION",
    "World",
    "WorldError",
    "digest",
    "make_practice_world",
    "make_world",
    "read_about",
    "save_world",
    "write_world",
]
