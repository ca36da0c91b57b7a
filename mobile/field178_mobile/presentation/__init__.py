"""Parts shared by features without Kivy: drafts, wording, positions, checks."""
