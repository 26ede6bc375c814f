"""Rules about the amount of data."""
