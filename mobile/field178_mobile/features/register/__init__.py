"""The register of establishments: form, search, map, facts."""
