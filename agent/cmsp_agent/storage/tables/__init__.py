"""The schema, and a module of plain functions for each table or aggregate."""
