"""Measurements against the budgets (`python -m benchmarks`) and against power cuts (`python -m benchmarks.chaos`)."""
