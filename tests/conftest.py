"""What `run.py prove` adds is left out of `run.py test`."""

import os

collect_ignore = [] if os.environ.get("RILO_PROVE") else ["prove"]
