"""Rules about what the loader of a target makes of a file."""
