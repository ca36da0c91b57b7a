"""Views of lists that officers keep."""
