"""Rules about labels in classification."""
