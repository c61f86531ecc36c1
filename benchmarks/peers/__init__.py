"""Our grader beside nbgrader, otter-grader, papermill and the limit, on equivalent notebooks."""
