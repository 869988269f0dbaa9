"""Text messages: the local handset and Twilio, one module each."""
