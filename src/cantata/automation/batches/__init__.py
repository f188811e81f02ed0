"""Many intents at a time: claimed, sent and ended by a few statements for all of them."""
