"""Reviews of filed records: the queue, one record, approval, return and undo."""
