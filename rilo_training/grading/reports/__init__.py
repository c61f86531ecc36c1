"""What people read: result tables, feedback pages, the cohort report."""
