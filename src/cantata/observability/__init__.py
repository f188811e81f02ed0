"""What a process tells of itself: events, metrics, traces."""
