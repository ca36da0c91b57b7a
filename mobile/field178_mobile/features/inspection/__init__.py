"""The open visit: checklist, counts, findings, conclusion, filing."""
