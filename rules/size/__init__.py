"""Rules about amount of data."""
