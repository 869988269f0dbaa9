"""Durable workflows: each step is one service call."""
