"""Records that the office enters on forms of their own: one that is entered, corrected, withdrawn."""
