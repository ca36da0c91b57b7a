"""Effects of a server's answer: checkpoints, receipts, repair, erasure, deletion guard."""
