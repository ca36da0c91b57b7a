"""Pillow for the tablet in the version of requirements.lock (python-for-android has 11.3.0, unsafe).

The patch changes setup.py as python-for-android's own patch for 11.3.0 does: it searches no library of the
build machine.
"""

from pythonforandroid.recipes.Pillow import PillowRecipe


class LockedPillowRecipe(PillowRecipe):
    """Recipe of python-for-android with another version and the patch in this folder."""

    version = "13.0.0"
    patches = ("setup.py.patch",)


recipe = LockedPillowRecipe()
