"""How expressions are typed, one module per family of forms."""
