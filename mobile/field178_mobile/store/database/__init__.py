"""The encrypted SQLite database: connection, driver, thread, migrations, key-value rows."""
