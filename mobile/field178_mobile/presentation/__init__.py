"""What several features share without Kivy: drafts, wording, positions, checks."""
