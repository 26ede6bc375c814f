"""Records of datasets, and conversations, as the model and the service take them."""
