"""What is told of a check: findings, reports, differences, formats."""
