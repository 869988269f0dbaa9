"""Email: the local mailbox, SMTP and Resend, each in a module of its own."""
