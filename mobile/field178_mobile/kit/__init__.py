"""User interface: theme, component kit, shell and screens. Only this package imports Kivy."""
