"""Rules about completions."""
