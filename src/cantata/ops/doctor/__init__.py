"""The doctor: looks at everything that Cantata stands on, and says what to do."""
