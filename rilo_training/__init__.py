"""A month of training for Customs intelligence analysts, as graded notebooks."""

__version__ = "0.1.0"
