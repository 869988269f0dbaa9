"""The interviewer in a LiveKit room. Needs the packages of requirements-agents.txt; nothing else imports it."""
