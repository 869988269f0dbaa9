"""What a candidate sees: one folder per screen."""
