"""Erasure: asked for by one privacy officer, confirmed or refused by another."""
