"""What requests about accounts hold, and their answers: the only place that knows pydantic."""
