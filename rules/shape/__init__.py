"""Rules about the shape of a record."""
