"""Rules about records that repeat."""
