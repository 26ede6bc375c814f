"""Rules about what a model learns from a record."""
