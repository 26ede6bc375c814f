"""Rules about JSON."""
