"""Ways in which codes reach those who are to prove their addresses."""
