"""The course: its manifest, the form of a notebook, keys, copies, and what proves a unit.

Key cells of an instructor notebook use three calls from here: ``key``, ``mistake``, ``claim``.
"""

from rilo_training.course.key import claim, key, mistake

__all__ = ["claim", "key", "mistake"]
