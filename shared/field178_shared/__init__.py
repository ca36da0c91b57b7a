"""Package shared by tablet and server: records, schemas, rules, code lists, wire protocol."""
