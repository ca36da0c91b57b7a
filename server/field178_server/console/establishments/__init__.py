"""The register of establishments."""
