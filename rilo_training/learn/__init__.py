"""What a participant's notebook calls: ``begin``, ``check``, ``hint``, ``say``, ``progress``."""

from rilo_training.learn.calls import begin, check, hint, progress, say

__all__ = ["begin", "check", "hint", "progress", "say"]
