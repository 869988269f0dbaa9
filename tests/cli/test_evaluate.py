"""`evaluate` prints what the contract names, for labels and for scores, by the built-in rules and by a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from milo_app import bootstrap, config
from milo_app.adapters.model.openai import OpenAICompatible
from milo_app.cli.app import app
from tests.doubles.openai import OpenAIDouble

DATA = Path(__file__).parents[2] / "benchmarks/data"


def evaluated(path: Path, settings: config.Settings, **parts: Any) -> dict[str, Any]:
    bootstrap.install(settings, bootstrap.build(settings, **parts))
    try:
        done = CliRunner().invoke(app, ["evaluate", "--data", str(path), "--json"])
    finally:
        bootstrap.install(None, None)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_built_in(settings: config.Settings) -> None:
    found = evaluated(DATA / "labels.jsonl", settings)
    assert found["n"] == 36 and found["evaluator"]["name"] == "built-in"
    low, high = found["intervals"]["macro_f1"]
    assert 0.6 < low <= found["macro_f1"] <= high
    found = evaluated(DATA / "answers.jsonl", settings)
    assert found["qwk"] > 0.7 and found["pearson"] > 0.7 and set(found["intervals"]) == {"qwk", "pearson"}


def test_model(settings: config.Settings, tmp_path: Path) -> None:
    lines = (DATA / "answers.jsonl").read_text().splitlines()[:5]
    (tmp_path / "few.jsonl").write_text("\n".join(lines))
    with OpenAIDouble() as double:
        model = OpenAICompatible("double-1", base_url=double.url, retries=0)
        double.faults.script = ["500"]
        found = evaluated(tmp_path / "few.jsonl", settings, model=model)
    assert found["evaluator"] == {"name": "openai", "model": "double-1", "version": "judge-1"}
    assert (found["n"], found["unjudged"]) == (5, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no examples"),
        ("nonsense", "Line 1"),
        ('{"answer": "a", "reference": "b"}', "a label or a score"),
    ],
)
def test_what_cannot_be_used_is_said(settings: config.Settings, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.jsonl").write_text(text)
    bootstrap.install(settings, bootstrap.build(settings))
    try:
        done = CliRunner().invoke(app, ["evaluate", "--data", str(tmp_path / "bad.jsonl")])
    finally:
        bootstrap.install(None, None)
    assert done.exit_code == 1 and says in done.stderr
