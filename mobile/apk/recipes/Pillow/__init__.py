"""Pillow for the tablet in the version of requirements.lock (python-for-android has 11.3.0, unsafe).

The patch does to setup.py of this version what python-for-android's own does to that of 11.3.0: no library of
the building machine is looked for.
"""

from pythonforandroid.recipes.Pillow import PillowRecipe


class LockedPillowRecipe(PillowRecipe):
    """The recipe of python-for-android with another version and the patch that lies beside this file."""

    version = "13.0.0"
    patches = ("setup.py.patch",)


recipe = LockedPillowRecipe()
