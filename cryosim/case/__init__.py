"""The case file: schema, loading, building."""
