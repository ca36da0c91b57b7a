"""What the officer sees and touches: theme, component kit, shell and screens. Kivy stays here."""
