"""A run as a DuckDB database: its tables, and views that join mentions to documents and sentences."""

from pipeline.database.run import Answer, MissingRun, RefusedStatement, Run, open_run

__all__ = ["Answer", "MissingRun", "RefusedStatement", "Run", "open_run"]
