"""What a party's recorded history says: holdings, offers, and an entry for every movement."""
