"""What can go wrong with a world."""


class WorldError(ValueError):
    """A world cannot be made, written or read; the message says what to do."""
