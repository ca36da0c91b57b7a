"""Search over the register, submissions, accounts and tablets."""
