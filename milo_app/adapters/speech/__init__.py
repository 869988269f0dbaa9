"""Hearing and speaking, a module each, so that a start loads no SDK that is not wanted."""
