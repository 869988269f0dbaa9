"""Milo as it is seen from outside: its addresses, its command line, its local mailbox and handset."""
