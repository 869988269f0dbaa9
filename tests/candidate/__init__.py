"""What candidates see."""
