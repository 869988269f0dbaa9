"""Stateless components and the theme, used by both sides."""
