"""Grade submissions: assemble, execute, examine, judge; then store, marking and reports."""
