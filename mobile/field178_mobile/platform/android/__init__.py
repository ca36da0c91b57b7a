"""Android: the same Protocol, answered by Java through pyjnius.

No module here imports pyjnius (`jnius`) or python-for-android's `android` package at its top: everything is
importable, and tested, where there is no Android.
"""
