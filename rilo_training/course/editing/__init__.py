"""What an editor looks for in the text of the course: long sentences, odd words, loose numbers.

The checks run in the tests. Each exception stands in a file of ``curriculum`` with its reason.
"""
