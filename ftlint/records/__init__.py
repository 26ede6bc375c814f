"""Records: lines become tables, and places in raw lines."""
