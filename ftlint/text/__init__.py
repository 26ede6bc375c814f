"""What texts are: marks, labels, normal forms, tokens, words."""
