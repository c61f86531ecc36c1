"""The movements: legs of containers that Members share with each other in a project."""

from rilo_training.world.movements.make import make_movements

__all__ = ["make_movements"]
