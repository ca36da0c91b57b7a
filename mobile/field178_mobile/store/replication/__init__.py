"""What an answer of the server changes: checkpoints, receipts, repair, erasure, deletion guard."""
