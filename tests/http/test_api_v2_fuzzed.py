"""The public API against its own description: whatever fits it or does not, no fault of ours and no answer that it
does not name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from milo_app import bootstrap
from milo_app.config import Settings
from milo_app.domain.actors import SystemActor
from milo_app.http.api_v2.app import build
from milo_app.services import api_keys
from tests import builders
from tests.outside import plans

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
APP = build(per_minute=10**9)
SCHEMA = schemathesis.openapi.from_asgi("/api/v2/openapi.json", APP)


@pytest.fixture(scope="module")
def known(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A key and the ids of what is there, on one instance for all calls."""
    data = tmp_path_factory.mktemp("fuzzed")
    for file in migrated_database.parent.glob("milo.db*"):
        shutil.copyfile(file, data / file.name)
    chosen = Settings(
        _env_file=None,
        data=data,
        database_url=f"sqlite:///{data}/milo.db",
        public_url="http://127.0.0.1:3000",
    )
    deps = bootstrap.build(chosen)
    bootstrap.install(chosen, deps)
    with deps.uow.write(SystemActor()) as uow:
        member = builders.create_member(uow, builders.create_workspace(uow))
        workspace = uow.workspaces.get(member.workspace_id)
        interviewer, _ = builders.create_interviewer(uow, workspace, plans.plan("form", "voice"))
        application = builders.create_application(uow, interviewer)
        actor = SystemActor(workspace_id=workspace.id)
    with deps.uow.write(actor) as uow:
        _, secret = api_keys.add(uow, actor, name="Fuzz", scopes=("read", "write"), email=member.email)
    yield {
        "key": secret,
        "posting_id": interviewer.id,
        "interview_id": application.id,
        "candidate_id": application.candidate_id,
        "step_id": "form",
    }
    bootstrap.install(None, None)
    bootstrap.database(deps).dispose()


@SCHEMA.parametrize()
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_described(case: Any, known: dict[str, str]) -> None:
    for name in case.path_parameters or {}:
        if name in known and len(str(case.path_parameters[name])) % 2:
            case.path_parameters[name] = known[name]
    case.call_and_validate(headers={"X-API-KEY": known["key"]}, checks=CHECKS)
