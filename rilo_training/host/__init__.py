"""The programs inside: what runs in the process of a kernel and in the process that forks it.

They import nothing of the course, so that a kernel starts quickly.
"""
