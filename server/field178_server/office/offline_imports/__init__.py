"""Offline exports of tablets, uploaded as a file and applied as a push."""
