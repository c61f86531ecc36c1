"""The methods that find the story lines: the one that the course teaches, and the naive one."""
