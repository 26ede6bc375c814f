"""Rules about the file's bytes."""
