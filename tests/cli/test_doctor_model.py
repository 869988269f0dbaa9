"""`doctor` and `model` on the language model: what answers, what could be used, what may be spent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from milo_app import config
from milo_app.cli import doctor_model
from milo_app.cli.app import app
from milo_app.domain.actors import SystemActor
from milo_app.services.ports import Deps
from tests import builders


@pytest.fixture
def server() -> Iterator[str]:
    """A server that has one model, and knows one key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = self.headers["Authorization"] in ("Bearer none", "Bearer good")
            body = json.dumps({"data": [{"id": "qwen3:8b"}]} if good else {}).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}/v1"
    made.shutdown()
    made.server_close()


def test_a_server_of_this_machine_is_offered(server: str) -> None:
    said = doctor_model.offer((("Nothing", "http://127.0.0.1:9/v1"), ("Ollama", server)))
    assert said == f"Ollama answers here: OPENAI_BASE_URL={server} MILO_LLM_MODEL=qwen3:8b would use it"
    assert doctor_model.offer((("Nothing", "http://127.0.0.1:9/v1"),)) == ""


@pytest.mark.parametrize(
    ("model", "key", "says"),
    [
        ("qwen3:8b", "good", "has the model"),
        ("gpt", "good", "it has qwen3:8b"),
        ("gpt", "bad", "refuses our key"),
        ("gpt", "gone", "does not answer"),
    ],
)
def test_what_is_set_is_tried(
    settings: config.Settings, server: str, model: str, key: str, says: str
) -> None:
    base = "http://127.0.0.1:9/v1" if key == "gone" else server
    made = config.Settings(
        _env_file=None, data=settings.data, llm_model=model, openai_base_url=base, openai_api_key=key
    )
    _, kind, _, check = doctor_model.part(made)
    assert kind == "real"
    try:
        said = check()
    except OSError as problem:
        said = str(problem)
    assert says in said


def test_budget_and_use(deps: Deps) -> None:
    with deps.uow.write(SystemActor()) as uow:
        builders.create_workspace(uow, slug="acme")
    set_ = CliRunner().invoke(app, ["model", "budget", "--tokens", "500", "--workspace", "acme", "--json"])
    assert json.loads(set_.stdout)["budget"] == {"tokens": 500, "cost": None}
    shown = CliRunner().invoke(app, ["model", "use", "--workspace", "acme"])
    assert shown.exit_code == 0 and "0 (of 500)" in shown.stdout
