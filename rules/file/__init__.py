"""Rules about the bytes of a file."""
