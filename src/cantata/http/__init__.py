"""What all HTTP edges share: who calls, what fields may hold, cursors, limits, waiting."""
