"""Search over the register, filed records, accounts and tablets."""
