"""Text: Vietnamese normalisation, formats, translations, privacy marks, numbers from outside."""
