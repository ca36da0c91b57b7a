"""The tablet's sync: an engine without I/O, the transport, and the thread that joins them."""
