"""What can be wrong with tables that are to be linked."""


class LinkError(ValueError):
    """Two tables cannot be linked: says what was found, what was expected and what to do."""


class LinkWarning(UserWarning):
    """A column was left out."""
