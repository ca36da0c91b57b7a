"""Data feeds: tables that programs read, and the tokens by which they may."""
