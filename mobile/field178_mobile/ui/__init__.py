"""What the officer sees and touches: theme, component kit, shell and screens. Kivy lives here and in app.py only."""
