"""What requests about the exchange hold, and what is answered."""
