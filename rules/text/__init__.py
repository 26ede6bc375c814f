"""Rules about the text of records."""
