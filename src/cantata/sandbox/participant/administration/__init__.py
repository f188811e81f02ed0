"""What the services of parties, users and packages share: refusals, identifiers, pages."""
