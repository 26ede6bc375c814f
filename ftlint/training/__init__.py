"""What a trainer makes of a record: the text that the model sees, its tokens, what is cut, and what is learned."""
