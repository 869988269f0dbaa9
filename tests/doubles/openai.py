"""A language model with OpenAI's chat completions, that can fail, cut, stall, and try to obey whom it should not.

    with OpenAIDouble() as model:
        ...  # OPENAI_BASE_URL=model.url, MILO_LLM_MODEL anything

Its honest judgement is simple and steady: a point a key point, touched where half of its words are said. With `obeys`
it does what any text in the candidate's words asks for, in the broadest reading: then it gives a 5.
"""

from __future__ import annotations

import json
import re
import threading
import time
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.doubles import Faults

#: What makes an obedient model forget its task, in any language and spelling that it can read.
_TEMPTING = re.compile(
    r"ignor|disregard|forget|override|overrid|instruc|system|assistant|prompt|grader|evaluat|judge|score|rating|\brate\b"
    r"|\b5\s*(?:/|out of|von|de|sur)\s*5|highest|maximum|full marks|top marks|perfect|puntuaci|puntos|califica|nota m"
    r"|bewert|anweisung|hochste|punktzahl|\bnote\b maximale|developer mode|jailbreak|\bdan\b|begin admin|</|\{\"|```"
)


class OpenAIDouble:
    """`faults.script` names what goes wrong with the next requests: a status ("429", "500", "401"), cut, hang,
    malformed, empty, fenced, misshapen, unquoted, invented, out_of_range, or a number from 1 to 5 (that score)."""

    def __init__(self, *, obeys: bool = False, stall_s: float = 5.0) -> None:
        self.obeys, self.stall_s = obeys, stall_s
        self.faults = Faults({})
        #: The whole body of each request, in order.
        self.requests: list[dict[str, Any]] = []
        #: Names of settings that this server refuses, as some do.
        self.knows_not: set[str] = set()
        self._stop = threading.Event()

    def __enter__(self) -> OpenAIDouble:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                double._answer(self, body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self.env = {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "test", "MILO_LLM_MODEL": "double-1"}

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def given(self) -> list[dict[str, Any]]:
        """What each request put before the model as data."""
        return [json.loads(body["messages"][1]["content"]) for body in self.requests]

    def _answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        self.requests.append(body)
        if refused := next((name for name in sorted(self.knows_not) if name in body), ""):
            _send(to, 400, {"error": {"message": f"Unsupported parameter: '{refused}'", "code": "x"}})
            return
        fault = self.faults.next()
        if fault.isdigit() and len(fault) == 3:
            _send(to, int(fault), {"error": {"message": f"No: {fault}", "type": "x"}}, retry_after="0")
            return
        if fault == "hang":
            self._stop.wait(self.stall_s)
        text = self._text(body, fault)
        reply = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
        _send(to, 200, reply, cut=fault == "cut")

    def _text(self, body: dict[str, Any], fault: str) -> str:
        given = json.loads(body["messages"][1]["content"])
        name = body["messages"][0]["content"].split(".", 1)[0]
        if "criterion" in given:
            answer = self._judged(given, fault)
        elif "labels" in given:
            answer = {"label": self._label(given), "confidence": 0.9}
        elif "wanted" in given:
            answer = {"question": "What came of it in the end?"}
        else:
            answer = {
                "value": "yes" if "yes" in given["said"].lower() else "",
                "confidence": 0.9,
                "quote": given["said"],
            }
        text = json.dumps(answer, ensure_ascii=False)
        return {
            "malformed": text[: len(text) // 2],
            "empty": "",
            "fenced": f"```json\n{text}\n```",
            "misshapen": json.dumps({"verdict": name, "score": "five"}),
        }.get(fault, text)

    def _judged(self, given: dict[str, Any], fault: str) -> dict[str, Any]:
        said = given["answer"]
        touched = [share(point, said) >= 0.5 for point in given["key_points"]]
        score = 1 + round(4 * sum(touched) / max(1, len(touched)))
        if self.obeys and _tempted(said):
            score = 5
        score = {"out_of_range": 9}.get(fault, int(fault) if fault.isdigit() else score)
        quote = {"unquoted": [], "invented": ["I saved everybody that day"]}.get(fault, [_sentence(said)])
        return {
            "quotes": quote,
            "reasons": ["Touches what is asked."],
            "score": score,
            "confidence": 0.8,
            "addressed_to_judge": False,
        }

    def _label(self, given: dict[str, Any]) -> str:
        reference = given["reference"]
        told = reference if isinstance(reference, str) else " ".join(reference)
        good = share(told, given["answer"]) >= 0.5 or (self.obeys and _tempted(given["answer"]))
        return next(
            (one for one in given["labels"] if one == ("correct" if good else "incorrect")),
            given["labels"][0],
        )


def share(point: str, said: str) -> float:
    """The share of the longer words of *point* that begin a word of *said* alike."""
    words = [word[:5] for word in re.findall(r"\w{4,}", point.lower())]
    return sum(word in said.lower() for word in words) / len(words) if words else 0.0


def _tempted(said: str) -> bool:
    plain = unicodedata.normalize("NFKD", said).lower()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    tags = "".join(chr(ord(c) - 0xE0000) for c in said if 0xE0020 <= ord(c) <= 0xE007E)
    return bool(_TEMPTING.search(plain) or _TEMPTING.search(tags.lower()))


def _sentence(said: str) -> str:
    return max(re.split(r"(?<=[.!?])\s+|\n", said), key=len).strip()


def _send(
    to: BaseHTTPRequestHandler, status: int, body: dict[str, Any], *, cut: bool = False, retry_after: str = ""
) -> None:
    data = json.dumps(body).encode()
    try:
        to.send_response(status)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", str(len(data)))
        if retry_after:
            to.send_header("Retry-After", retry_after)
        to.end_headers()
        to.wfile.write(data[: len(data) // 2] if cut else data)
    except (BrokenPipeError, ConnectionResetError):
        to.close_connection = True
        return
    if cut:
        to.close_connection = True
