"""The Canton token standard, version 1: its interface packages with their real package ids."""
