"""Rules about duplicate records."""
