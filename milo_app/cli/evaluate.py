"""`evaluate`: how far the evaluator in use agrees with people, on graded answers of your own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from milo_app import bootstrap
from milo_app.cli.output import Json, faults_told, tell
from milo_app.services import grading


def evaluate(
    data: Annotated[
        Path,
        typer.Option(
            "--data", help="JSON lines: question, reference (text or list), answer, label or score."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Score graded answers from a file and print the agreement with 95 % intervals. Nothing is kept."""
    with faults_told():
        with data.open(encoding="utf-8") as lines:
            examples = grading.read(lines)
        deps = bootstrap.deps()
        quiet = as_json or not deps.model.model
        found = grading.check(
            examples,
            deps.model,
            built_in_version=deps.evaluator.prompt_version,
            told=(lambda done: None) if quiet else lambda done: _progress(done, len(examples)),
        )
        tell(found, as_json, _words(found))


def _progress(done: int, of: int) -> None:
    if done % 10 == 0 or done == of:
        print(f"{done} of {of} judged", file=sys.stderr)


def _words(found: dict[str, Any]) -> str:
    who = found["evaluator"]
    lines = [
        f"Evaluator  {who['model'] or 'built-in, lexical'} ({who['version']})",
        f"Answers    {found['n']}",
    ]
    names = {"macro_f1": "Macro-F1", "accuracy": "Accuracy", "qwk": "QWK", "pearson": "Pearson"}
    for name, words in names.items():
        if name in found:
            low, high = found["intervals"][name]
            lines.append(f"{words:<10} {found[name]:.3f}  (95 % of resamples: {low:.3f} to {high:.3f})")
    if found["unjudged"]:
        lines.append(f"Unjudged   {found['unjudged']}, counted as the lowest")
    return "\n".join(lines)
