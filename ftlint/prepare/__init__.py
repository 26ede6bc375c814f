"""Before and after training: profiles and recipes, splits, conversions."""
