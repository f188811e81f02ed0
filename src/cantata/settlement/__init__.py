"""Settlement: trades between parties whose legs are executed together or not at all."""
