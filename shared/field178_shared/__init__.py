"""Code of tablet and server alike: records, schemas, rules, code lists, the wire."""
