"""Rules about training and validation files."""
