"""Rules about tools and their calls."""
