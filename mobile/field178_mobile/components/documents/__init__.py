"""The minutes of a visit and other documents as PDF."""
