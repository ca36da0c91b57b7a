"""Receipts: the stored verdict on every change, kept for ever, and the frames that tell them."""
