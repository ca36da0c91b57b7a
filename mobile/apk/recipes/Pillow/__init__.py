"""Pillow for the tablet: the lowest version without the known faults in reading pictures.

python-for-android builds 11.3.0. Its patch of setup.py fits 12.2.0 as well, and no longer fits 13.
"""

from os.path import join

from pythonforandroid.recipes.Pillow import PillowRecipe


class SafePillowRecipe(PillowRecipe):
    """The recipe of python-for-android with another version."""

    version = "12.2.0"

    def apply_patch(self, filename, arch, build_dir=None):
        """Take the patch from where python-for-android keeps it: patches are looked for beside this file."""
        own = join(self.ctx.root_dir, "recipes", "Pillow", filename)
        super().apply_patch(own, arch, build_dir)


recipe = SafePillowRecipe()
