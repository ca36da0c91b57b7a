"""Background jobs: a table of jobs, and a worker that runs them one after the other."""
