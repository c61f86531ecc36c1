"""Story lines: what an analyst can find in a world, planted on purpose and known to the truth."""

from rilo_training.world.stories.choice import KINDS, chosen_kinds, planned_stories, story_records

__all__ = ["KINDS", "chosen_kinds", "planned_stories", "story_records"]
