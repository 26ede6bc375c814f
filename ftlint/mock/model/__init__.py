"""The small model: corpus, counts, head, training and generation."""
