"""The append-only event log (SQLite by default, PostgreSQL by address)."""
