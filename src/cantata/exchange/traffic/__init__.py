"""Traffic: what the participant has left of it, and the pause of submissions when it is little."""
