"""What the office decides and reads, without Flask; capabilities are independent of each other."""
