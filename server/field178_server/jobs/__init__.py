"""Long work beside the requests: one table of jobs, and one worker that runs them one after the other."""
