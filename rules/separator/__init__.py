"""Rules about what ends a prompt."""
