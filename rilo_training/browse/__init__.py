"""The practice database: the tables of a world, browsed like a database of seizures.

Datasette shows a SQLite file that is made from a world folder. It is read-only, answers this
computer alone, and says on every page that its data are synthetic and that it is not CEN.
"""

from rilo_training.browse.database import BrowseError, write_database
from rilo_training.browse.server import browse, world_of

__all__ = ["BrowseError", "browse", "world_of", "write_database"]
