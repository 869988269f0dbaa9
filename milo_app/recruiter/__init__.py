"""What a recruiter sees: one folder per page."""
