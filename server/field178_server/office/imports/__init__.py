"""Offline exports of tablets, sent as a file and taken in as a push."""
