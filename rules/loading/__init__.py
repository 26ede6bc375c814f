"""Rules about how a target's loader reads a file."""
