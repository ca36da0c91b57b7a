"""Offline exports of tablets, sent as a file."""
