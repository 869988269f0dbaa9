"""Telephone calls: the local telephone and Twilio Voice."""
