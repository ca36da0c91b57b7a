"""Views of lists: saved filters of an officer."""
