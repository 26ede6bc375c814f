"""Fine-tuning jobs: what is stored, what is refused, and the thread that does them."""
