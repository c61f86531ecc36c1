"""The reference of the analyst's library: pages made from the docstrings of its public names.

``python -c "from rilo_training.course import handbook; handbook.renew()"`` makes the pages and the
pictures in ``curriculum/reference`` again.
"""

from __future__ import annotations

from rilo_training.course.handbook.library import pages, renew

__all__ = ["pages", "renew"]
