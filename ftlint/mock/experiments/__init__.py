"""What can be learned about data by training on it."""
