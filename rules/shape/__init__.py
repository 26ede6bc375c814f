"""Rules about the record's shape."""
