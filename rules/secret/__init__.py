"""Rules about private data."""
