"""Automation: intents, the leased rows that carry them, and the workers that submit them."""
