"""The home desk: consignments of a synthetic administration, and what inspections found."""

from rilo_training.world.home.make import HomeDesk, make_home_desk

__all__ = ["HomeDesk", "make_home_desk"]
