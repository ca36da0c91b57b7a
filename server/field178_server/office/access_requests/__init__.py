"""Access requests: who asks, who confirms or refuses, and what takes effect (decision 0149)."""
