"""The push: changes are preloaded, admitted, evaluated and applied in one transaction (protocol §5)."""
