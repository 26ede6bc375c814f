"""Rules about the separator at the end of a prompt."""
