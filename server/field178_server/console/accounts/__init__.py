"""Sign-in, sign-out, the officer's own page and own tablets."""
