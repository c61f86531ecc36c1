"""What all tests may ask for: a real browser. What `run.py prove` adds is left out of `test`."""

import os

from browsing import chromium, visit
from labbing import lab

__all__ = ["chromium", "lab", "visit"]

collect_ignore = [] if os.environ.get("RILO_PROVE") else ["prove"]
