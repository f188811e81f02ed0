"""What contract authors test with."""
