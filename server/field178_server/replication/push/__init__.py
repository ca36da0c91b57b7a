"""Changes up: preloaded, admitted, evaluated and applied in one transaction (protocol §5)."""
