"""Milo: an AI interviewer that a company runs itself."""
