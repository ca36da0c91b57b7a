"""The code lists as an office changes them: signed packs, and their way in and out."""
