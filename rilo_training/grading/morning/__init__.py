"""The sheet for the instructor in the morning: two A4 sides, from the store and the manifest."""

from rilo_training.grading.morning.sheet import morning_page, write_morning

__all__ = ["morning_page", "write_morning"]
