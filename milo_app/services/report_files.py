"""One report as a file: all of it as JSON, or line by line as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.services import reports
from milo_app.services.csv_intake import safe_cell
from milo_app.services.ports import Deps

_HEADINGS: Sequence[str] = "part stage what value score weight sure reasons quotes by at".split()


def as_json(deps: Deps, actor: MemberActor, *, application_id: str) -> dict[str, Any]:
    """The report as data. Raises NotFound."""
    return reports.whole(deps, actor, application_id=application_id)


def lines_of(report: Mapping[str, Any]) -> str:
    """A report as CSV text, one line for each fact of it; no cell of it is a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _HEADINGS, restval="")
    writer.writeheader()
    for line in _lines(report):
        writer.writerow({name: safe_cell(str(value)) for name, value in line.items()})
    return out.getvalue()


def _lines(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("name", "email", "phone", "role", "state_name", "decision_name", "completed_at"):
        yield {"part": "candidate", "what": name.removesuffix("_name"), "value": report[name]}
    overall = report["overall"]
    yield {"part": "overall", "score": overall["score"], "value": overall["covers"]}
    for one in report["dealbreakers"]:
        yield {
            "part": "dealbreaker",
            "stage": one["stage"],
            "what": one["text"],
            "value": one["given"],
            "reasons": f"{one['words']}; needed: {one['expected']}",
        }
    for stage in report["stages"]:
        yield {
            "part": "stage",
            "stage": stage["name"],
            "value": stage["words"],
            "score": stage["score"],
            "at": stage["submitted_at"],
        }
        for one in stage["criteria"]:
            yield {
                "part": "criterion",
                "stage": stage["name"],
                "what": one["text"],
                "value": one["status"],
                "score": one["score"],
                "weight": one["weight"],
                "sure": one["confidence"],
                "reasons": " | ".join(one["reasons"]),
                "quotes": " | ".join(quote["text"] for quote in one["quotes"]),
                "by": one["evaluator"],
            }
        for one in stage["answers"]:
            yield {
                "part": "answer",
                "stage": stage["name"],
                "what": one["question"],
                "value": one["value"],
                "at": one["at"],
            }
        for one in stage["turns"]:
            yield {
                "part": "said",
                "stage": stage["name"],
                "value": one["text"],
                "by": one["who"],
                "at": one["at"],
            }
    for one in report["comments"]:
        rating = one["rating"] or ""
        yield {
            "part": "comment",
            "value": one["text"],
            "score": rating,
            "by": one["who"],
            "at": one["at"],
        }
