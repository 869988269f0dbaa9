"""Measure against the budgets, print one table and write it to benchmarks/results.json.

A ratio is judged as it is measured; an absolute figure that falls short is measured again, and counts as short when
two of three runs say so. The exit status is 1 where anything does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import load, pages, phone, starting, table, voice_turn, webhook
from benchmarks.measuring import Figure

RESULTS = Path(__file__).parent / "results.json"
PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "start": starting.measure,
    "webhook": webhook.measure,
    "postgres": webhook.measure_postgres,
    "load": load.measure,
    "table": table.measure,
    "pages": pages.measure,
    "phone": phone.measure,
    "voice": voice_turn.measure,
}


def measured(name: str, measure: Callable[[Path], list[Figure]]) -> list[Figure]:
    """The figures of one part, taken again where an absolute one falls short."""
    runs: list[list[Figure]] = []
    for run in range(3):
        print(f"Measuring {name}{f' again ({run + 1} of 3)' if run else ''} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="milo-bench-") as folder:
            runs.append(measure(Path(folder) / "var"))
        if all(figure.passes or figure.ratio is not None for figure in runs[0]):
            break
    return [_judged([run[n] for run in runs]) for n in range(len(runs[0]))]


def _judged(figures: list[Figure]) -> Figure:
    """Of several measurements of one thing: the first, unless it falls short and the other two do not."""
    first = figures[0]
    if first.passes or first.ratio is not None:
        return first
    fine = [figure for figure in figures if figure.passes]
    return fine[0] if len(fine) >= 2 else first


def show(figures: list[Figure]) -> None:
    """Print the table."""
    shown = Table("name", "figure", "budget", "ratio", "pass")
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        shown.add_row(
            figure.name,
            f"{figure.figure:,.1f} {figure.unit}",
            "" if figure.budget is None else f"{sign} {figure.budget:,.1f}",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            "" if figure.budget is None else "yes" if figure.passes else "NO",
        )
    Console(width=140).print(shown)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    chosen = options.parse_args().parts or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        options.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    figures = [figure for name in PARTS if name in chosen for figure in measured(name, PARTS[name])]
    show(figures)
    if set(chosen) == set(PARTS):
        RESULTS.write_text(json.dumps([figure.data() for figure in figures], indent=2) + "\n")
        print(f"Written to {RESULTS}")
    sys.exit(0 if all(figure.passes for figure in figures) else 1)


if __name__ == "__main__":
    main()
