"""Endpoints and deliveries in the database."""
