"""What the regulation makes of an assignment on a day."""
