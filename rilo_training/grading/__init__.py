"""Grade submissions: assemble, execute, judge, record, report, in this order."""
