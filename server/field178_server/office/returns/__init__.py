"""What agencies send for the yearly figures: who enters what, what was sent, what is owed."""
