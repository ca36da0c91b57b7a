"""What tablet and server share: records, schemas, rules, code lists, the wire."""
