"""Files over HTTP: as a browser sends and asks for them, and as an attacker would."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import av
import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from milo_app.access import cookies
from milo_app.domain.actors import CandidateActor, SystemActor
from milo_app.domain.errors import Invalid
from milo_app.domain.records import Role
from milo_app.http import candidate_api, errors, files, uploads
from milo_app.services import answers, links, recordings, resumes, sessions
from milo_app.services.ports import Deps
from tests import builders
from tests import resumes as samples
from tests.recordings import cut, make_session, make_webm
from tests.server import ROOT
from tests.services.begun import FORM_STAGE, RESUME_STAGE, VOICE_STAGE, begin, close, stage

CLIP = make_webm(1.0)
#: What Chromium sends along with each request of a page, besides its cookies.
CHROMIUM = {
    "Host": "127.0.0.1:3000",
    "Connection": "keep-alive",
    "sec-ch-ua": '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    "Accept": "*/*",
    "Origin": "http://127.0.0.1:3000",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Referer": "http://127.0.0.1:3000/apply/?a=0123456789abcdef0123456789abcdef",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200


@pytest.fixture
def app(deps: Deps) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.include_router(candidate_api.router)
    app.include_router(uploads.router)
    app.include_router(files.router)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:3000", raise_server_exceptions=False) as client:
        yield client


def cookie_of(deps: Deps, actor: CandidateActor) -> dict[str, str]:
    with deps.uow.read(actor) as uow:
        application = uow.applications.get(actor.application_id)
    name = cookies.candidate_cookie(deps.instance, application.id)
    return {"Cookie": f"{name}={links.cookie_proof(deps.instance, application)}"}


def member_of(deps: Deps, workspace_id: str | None, role: Role = Role.VIEWER) -> dict[str, str]:
    with deps.uow.write(SystemActor()) as uow:
        workspace = uow.workspaces.get(workspace_id) if workspace_id else builders.create_workspace(uow)
        member = builders.create_member(uow, workspace, role=role)
        secret = f"secret-of-{member.id}"
        sessions.begin(uow, SystemActor(), member=member, secret=secret)
    return {"Cookie": f"{cookies.member_cookie(deps.instance)}={secret}"}


def base(actor: CandidateActor) -> str:
    return f"/api/candidate/applications/{actor.application_id}"


class TestResume:
    def test_a_file_is_taken_at_once_and_read_later(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        reply = client.post(
            f"{base(actor)}/resume?name=cv.pdf", content=samples.strong_pdf(), headers=cookie_of(deps, actor)
        )
        assert reply.status_code == 202, reply.text
        assert resumes.read(deps, reply.json()["file_id"]) == "read"
        assert stage(deps, actor, "resume").data["profile"]["name"] == "Maria Elena Lopez"

    def test_pasted_text(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        url, cookie = f"{base(actor)}/resume/text", cookie_of(deps, actor)
        assert client.post(url, json={"text": samples.STRONG}, headers=cookie).status_code == 202
        short = client.post(url, json={"text": "hi"}, headers=cookie)
        assert short.status_code == 422
        assert "too short" in short.json()["error"]["fields"]["text"]
        assert client.post(url, content=b"{", headers=cookie).status_code == 422
        assert client.post(url, json={"text": "nurse " * 50_000}, headers=cookie).status_code == 413

    def test_too_large_whether_it_says_so_or_not(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        cookie = cookie_of(deps, actor)

        def endless() -> Iterator[bytes]:
            yield from (b"x" * (1 << 20) for _ in range(12))

        for content in (b"x" * (resumes.LARGEST + 1), endless()):
            reply = client.post(f"{base(actor)}/resume?name=cv.pdf", content=content, headers=cookie)
            assert reply.status_code == 413
            assert "10 MB" in reply.json()["error"]["message"]
        assert deps.files.list("") == []

    def test_empty_and_compressed_are_refused(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        cookie = cookie_of(deps, actor)
        assert client.post(f"{base(actor)}/resume", content=b"", headers=cookie).status_code == 422
        packed = {**cookie, "Content-Encoding": "gzip"}
        assert client.post(f"{base(actor)}/resume", content=b"xx", headers=packed).status_code == 422

    def test_only_its_own_candidate_from_our_own_page(self, deps: Deps, client: TestClient) -> None:
        actor, stranger = begin(deps, RESUME_STAGE), begin(deps, RESUME_STAGE)
        url, cookie = f"{base(actor)}/resume", cookie_of(deps, actor)
        assert client.post(url, content=b"x").status_code == 403
        assert client.post(url, content=b"x", headers=cookie_of(deps, stranger)).status_code == 403
        assert client.post(url, content=b"x", headers=member_of(deps, actor.workspace_id)).status_code == 403
        foreign = {**cookie, "Origin": "https://evil.example"}
        assert client.post(url, content=b"x", headers=foreign).status_code == 403
        cross = {**cookie, "Sec-Fetch-Site": "cross-site"}
        assert client.post(url, content=b"x", headers=cross).status_code == 403
        nobody = f"/api/candidate/applications/{'0' * 32}/resume"
        assert client.post(nobody, content=b"x", headers=cookie).status_code in (403, 404)
        assert deps.files.list("") == []

    def test_a_closed_stage_is_a_conflict(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE, FORM_STAGE)
        close(deps, actor, "resume")
        reply = client.post(f"{base(actor)}/resume", content=b"text " * 20, headers=cookie_of(deps, actor))
        assert reply.status_code == 409
        assert deps.files.list("") == []

    def test_a_connection_lost_on_the_way_leaves_nothing(self, deps: Deps, app: FastAPI) -> None:
        """The browser goes away in the middle of its file."""
        actor = begin(deps, RESUME_STAGE)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": f"{base(actor)}/resume",
            "raw_path": b"",
            "query_string": b"name=cv.txt",
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in cookie_of(deps, actor).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 3000),
        }
        parts = iter(
            [
                {"type": "http.request", "body": b"half of a resume " * 40_000, "more_body": True},
                {"type": "http.disconnect"},
            ]
        )
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return next(parts, {"type": "http.disconnect"})

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        async def go() -> None:
            try:
                await app(scope, receive, send)
            except Exception:
                sent.append({"type": "refused"})

        asyncio.run(go())
        assert not any(message.get("status") == 202 for message in sent)
        assert deps.files.list("") == []
        with deps.uow.read(actor) as uow:
            assert uow.files.count() == 0


class TestFileAnswers:
    def send(
        self,
        deps: Deps,
        client: TestClient,
        actor: CandidateActor,
        name: str,
        content: bytes,
        question="paper",
    ):
        return client.post(
            f"{base(actor)}/files/{question}",
            params={"name": name},
            content=content,
            headers=cookie_of(deps, actor),
        )

    def test_what_comes_back_is_the_answers_value(self, deps: Deps, client: TestClient) -> None:
        actor, paper = begin(deps, FORM_STAGE), samples.blank_pdf()
        reply = self.send(deps, client, actor, "C:\\papers\\My certificate.PDF", paper)
        assert reply.status_code == 200, reply.text
        file = reply.json()["file"]
        assert file["name"] == "My certificate.PDF"
        again = self.send(deps, client, actor, "My certificate.PDF", paper)
        assert again.json()["file"] == file
        assert len(deps.files.list("answers")) == 1
        with deps.uow.write(actor) as uow:
            saved = answers.record(
                uow, actor, stage="form", question_id="paper", value=[file], key="key-00001"
            )
        assert saved.value == [file]
        with deps.uow.read(actor) as uow:
            assert uow.files.get(file["file_id"]).question_id == "paper"

    def test_an_answer_names_only_files_of_its_own(self, deps: Deps, client: TestClient) -> None:
        actor, stranger = begin(deps, FORM_STAGE), begin(deps, FORM_STAGE)
        theirs = self.send(deps, client, stranger, "cert.png", PNG).json()["file"]
        other = self.send(deps, client, actor, "cert.png", PNG, "any").json()["file"]
        for file in (theirs, other, {**other, "file_id": "0" * 32}):
            with deps.uow.write(actor) as uow, pytest.raises(Invalid, match="choose it again"):
                answers.record(uow, actor, stage="form", question_id="paper", value=[file], key="key-00001")

    @pytest.mark.parametrize(
        ("name", "content", "question", "status"),
        [
            ("cert.png", PNG, "paper", 200),
            ("cert.png", b"%PDF-1.4 ...", "paper", 422),
            ("cert.exe", b"MZ" + b"\0" * 100, "paper", 422),
            ("cert.pdf", b"MZ" + b"\0" * 100, "paper", 422),
            ("cert.pdf", b"<html><script>alert(1)</script>", "paper", 422),
            ("cert", samples.blank_pdf(), "paper", 422),
            ("cert.docx", samples.as_docx("x"), "paper", 422),
            ("cert.docx", samples.as_docx("x"), "any", 200),
            ("page.html", b"<html>", "any", 422),
            ("cert.pdf", b"", "paper", 422),
            ("cert.pdf", b"%PDF-" + b"x" * (10 << 20), "paper", 413),
            ("cert.pdf", samples.blank_pdf(), "note", 404),
            ("cert.pdf", samples.blank_pdf(), "nothing", 404),
        ],
    )
    def test_what_is_taken(self, deps: Deps, client: TestClient, name, content, question, status) -> None:
        actor = begin(deps, FORM_STAGE)
        reply = self.send(deps, client, actor, name, content, question)
        assert reply.status_code == status, reply.text
        assert len(deps.files.list("")) == (1 if status == 200 else 0)


class TestRecordings:
    def test_the_whole_way(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, VOICE_STAGE)
        cookie = cookie_of(deps, actor)
        asked = {"stage": "voice", "media_type": "video/webm;codecs=vp8,opus", "key": "key-00001"}
        assert client.post(f"{base(actor)}/recordings", json=asked, headers=cookie).status_code == 403
        assert client.post(f"{base(actor)}/age", json={"adult": True}, headers=cookie).status_code == 204
        rid = client.post(f"{base(actor)}/recordings", json=asked, headers=cookie).json()["recording_id"]
        assert (
            client.post(f"{base(actor)}/recordings", json=asked, headers=cookie).json()["recording_id"] == rid
        )
        url = f"{base(actor)}/recordings/{rid}"
        chunks = cut(CLIP, 3)
        for n in (2, 0):
            headers = {**cookie, "X-SHA256": hashlib.sha256(chunks[n]).hexdigest()}
            for _ in range(2):
                assert client.put(f"{url}/0/{n}", content=chunks[n], headers=headers).status_code == 200
        changed = {**cookie, "X-SHA256": hashlib.sha256(b"other").hexdigest()}
        assert client.put(f"{url}/0/0", content=b"other", headers=changed).status_code == 409
        gaps = client.get(f"{url}/missing", params={"totals": json.dumps({"0": 3})}, headers=cookie)
        assert gaps.json() == {"missing": [[0, 1]]}
        early = client.post(f"{url}/finish", json={"totals": {"0": 3}}, headers=cookie)
        assert early.status_code == 409
        assert early.json()["missing"] == [[0, 1]]
        headers = {**cookie, "X-SHA256": hashlib.sha256(chunks[1]).hexdigest()}
        assert client.put(f"{url}/0/1", content=chunks[1], headers=headers).status_code == 200
        done = client.post(f"{url}/finish", json={"totals": {"0": 3}}, headers=cookie)
        assert (done.status_code, done.json()["state"]) == (200, "finished")
        assert recordings.join(deps, rid) == "joined"

    def test_bad_pieces(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, VOICE_STAGE)
        cookie = cookie_of(deps, actor)
        asked = {"stage": "voice", "media_type": "audio/webm", "key": "key-00001"}
        rid = client.post(f"{base(actor)}/recordings", json=asked, headers=cookie).json()["recording_id"]
        url = f"{base(actor)}/recordings/{rid}"
        right = {**cookie, "X-SHA256": hashlib.sha256(b"bytes").hexdigest()}
        assert client.put(f"{url}/0/0", content=b"bytes", headers=cookie).status_code == 422
        assert client.put(f"{url}/0/0", content=b"bytez", headers=right).status_code == 422
        assert client.put(f"{url}/0/nine", content=b"bytes", headers=right).status_code == 422
        assert client.put(f"{url}/-1/0", content=b"bytes", headers=right).status_code == 422
        huge = b"x" * (recordings.LARGEST_CHUNK + 1)
        assert client.put(f"{url}/0/0", content=huge, headers=right).status_code == 413
        elsewhere = f"{base(actor)}/recordings/{'0' * 32}/0/0"
        assert client.put(elsewhere, content=b"bytes", headers=right).status_code == 404
        for totals in ("[]", "{", '{"0": -1}', '{"x": 1}', '{"0": 1e9}'):
            assert client.get(f"{url}/missing", params={"totals": totals}, headers=cookie).status_code == 422
        assert deps.files.list("") == []


class Watched(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


class TestTwentyMinutes:
    """A whole session, two reloads in it: 1206 s by the clock on the wall."""

    LENGTHS = (396, 504, 306)

    @pytest.mark.parametrize("kind", ["video", "sound"])
    def test_it_is_as_long_as_it_took_can_be_sought_and_costs_little_to_send(
        self, deps: Deps, client: TestClient, kind: str
    ) -> None:
        actor = begin(deps, VOICE_STAGE)
        sent, recorded = 0, 0
        path = base(actor)
        asks = CHROMIUM | cookie_of(deps, actor)

        def ask(method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
            nonlocal sent
            reply = client.request(method, path, headers=asks | (headers or {}), **more)
            assert reply.is_success, reply.text
            request = reply.request
            lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
            lines += [name + b": " + value for name, value in request.headers.raw]
            sent += sum(len(line) + 2 for line in lines) + 2 + len(request.content)
            return reply

        media_type = "video/webm;codecs=vp8,opus" if kind == "video" else "audio/webm;codecs=opus"
        ask("POST", f"{path}/age", json={"adult": True})
        started = {"stage": "voice", "media_type": media_type, "key": "key-00001"}
        rid = ask("POST", f"{path}/recordings", json=started).json()["recording_id"]
        totals: dict[str, int] = {}
        for segment, data in enumerate(make_session(*self.LENGTHS, video=kind == "video")):
            pieces = pieces_of(data, self.LENGTHS[segment])
            totals[str(segment)] = len(pieces)
            for seq, piece in enumerate(pieces):
                recorded += len(piece)
                headers = {
                    "Content-Type": "application/octet-stream",
                    "X-SHA256": hashlib.sha256(piece).hexdigest(),
                }
                ask("PUT", f"{path}/recordings/{rid}/{segment}/{seq}", content=piece, headers=headers)
        ask("POST", f"{path}/recordings/{rid}/finish", json={"totals": totals})
        assert (sent - recorded) / recorded <= 0.03, (sent, recorded)
        assert recordings.join(deps, rid) == "joined"
        with deps.uow.read(actor) as uow:
            recording = uow.recordings.get(rid)
        assert abs(recording.duration_ms / 1000 - sum(self.LENGTHS)) <= 1
        whole = client.get(f"/files/{recording.file_id}", headers=member_of(deps, actor.workspace_id))
        for second in (1000, 60, 640):
            file = Watched(whole.content)
            with av.open(file) as container:
                assert abs(container.duration / 1e6 - sum(self.LENGTHS)) <= 1
                container.seek(second * 1_000_000)
                stream = container.streams.best(kind if kind == "video" else "audio")
                frame = next(container.decode(stream))
                assert second - 5 <= frame.time <= second
            assert file.taken < len(whole.content) / 10


def pieces_of(data: bytes, seconds: float) -> list[bytes]:
    """A segment as the page sends it: cut by the clock, and small pieces together until they are worth a request."""
    told = (ROOT / "milo_app/web/recorder.js").read_text()
    every = re.search(r"PIECE = (\d+); // ms", told)
    worth = re.search(r"WORTH_SENDING = (\d+) \* 1024", told)
    assert every and worth
    made = [b""]
    for piece in cut(data, round(seconds * 1000 / int(every[1]))):
        if len(made[-1]) >= int(worth[1]) * 1024:
            made.append(b"")
        made[-1] += piece
    return made


class TestHandingOut:
    @pytest.fixture
    def recording(self, deps: Deps) -> tuple[CandidateActor, str, bytes]:
        actor = begin(deps, VOICE_STAGE)
        with deps.uow.write(actor) as uow:
            recordings.state_age(uow, actor, adult=True)
            rid = recordings.start(uow, actor, stage="voice", media_type="video/webm", key="key-00001").id
        recordings.put_chunk(
            deps,
            actor,
            recording_id=rid,
            segment=0,
            seq=0,
            sha256=hashlib.sha256(CLIP).hexdigest(),
            chunks=[CLIP],
        )
        with deps.uow.write(actor) as uow:
            recordings.finish(uow, actor, recording_id=rid, totals={"0": 1})
        recordings.join(deps, rid)
        with deps.uow.read(actor) as uow:
            file = uow.files.get(uow.recordings.get(rid).file_id)
        return actor, file.id, b"".join(deps.files.read(file.key))

    def test_a_recording_plays_and_seeks(self, deps: Deps, client: TestClient, recording) -> None:
        actor, id, data = recording
        cookie = member_of(deps, actor.workspace_id)
        whole = client.get(f"/files/{id}", headers=cookie)
        assert (whole.status_code, whole.content) == (200, data)
        assert whole.headers["content-type"] == "video/webm"
        assert whole.headers["content-disposition"].startswith("inline")
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in whole.headers["content-security-policy"]
        assert whole.headers["cache-control"].startswith("private")
        for asked, start, end in (
            ("bytes=0-99", 0, 100),
            ("bytes=100-", 100, len(data)),
            ("bytes=-50", len(data) - 50, len(data)),
            ("bytes=5-99999999", 5, len(data)),
            (f"bytes=-{len(data) * 2}", 0, len(data)),
        ):
            part = client.get(f"/files/{id}", headers={**cookie, "Range": asked})
            assert part.status_code == 206
            assert part.content == data[start:end]
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"
            assert part.headers["content-length"] == str(end - start)
        for asked in (f"bytes={len(data)}-", "bytes=9-3", "bytes=-0", f"bytes={'9' * 40}-"):
            part = client.get(f"/files/{id}", headers={**cookie, "Range": asked})
            assert part.status_code == 416
            assert part.headers["content-range"] == f"bytes */{len(data)}"
        for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-"):
            assert client.get(f"/files/{id}", headers={**cookie, "Range": asked}).content == data

    def test_head_and_what_the_browser_already_has(self, deps: Deps, client: TestClient, recording) -> None:
        actor, id, data = recording
        cookie = member_of(deps, actor.workspace_id)
        head = client.head(f"/files/{id}", headers=cookie)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
        tag = head.headers["etag"]
        assert client.get(f"/files/{id}", headers={**cookie, "If-None-Match": tag}).status_code == 304
        assert (
            client.get(f"/files/{id}", headers={**cookie, "If-None-Match": '"x", W/' + tag}).status_code
            == 304
        )
        stale = {**cookie, "Range": "bytes=0-9", "If-Range": '"another"'}
        assert client.get(f"/files/{id}", headers=stale).status_code == 200
        fresh = {**cookie, "Range": "bytes=0-9", "If-Range": tag}
        assert client.get(f"/files/{id}", headers=fresh).status_code == 206

    def test_only_to_whom_it_belongs(self, deps: Deps, client: TestClient, recording) -> None:
        actor, id, data = recording
        mine = {"headers": cookie_of(deps, actor), "params": {"a": actor.application_id}}
        assert client.get(f"/files/{id}", **mine).content == data
        stranger = begin(deps, VOICE_STAGE)
        theirs = cookie_of(deps, stranger)
        page = {"accept": "application/json"}
        for headers, a in (
            ({}, None),
            ({}, actor.application_id),
            (cookie_of(deps, actor), None),
            (theirs, stranger.application_id),
            (theirs, actor.application_id),
            (member_of(deps, None), None),
            (member_of(deps, None, Role.ADMIN), stranger.application_id),
        ):
            reply = client.get(
                f"/files/{id}",
                headers={**headers, **page},
                params={"a": a} if a else {},
                follow_redirects=False,
            )
            assert reply.status_code in (303, 401, 403, 404), (headers, a)
            assert data not in reply.content

    def test_unknown_ids_are_not_found(self, deps: Deps, client: TestClient) -> None:
        cookie = member_of(deps, None)
        for id in ("0" * 32, "x", "..", "%2e%2e%2fmilo.db"):
            assert client.get(f"/files/{id}", headers=cookie).status_code == 404

    def test_a_resume_downloads_unless_it_is_asked_to_be_shown(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        cookie = cookie_of(deps, actor)
        name = 'Résumé "1";\r\nX-Evil: 1.pdf'
        sent = client.post(
            f"{base(actor)}/resume", params={"name": name}, content=samples.strong_pdf(), headers=cookie
        )
        id = sent.json()["file_id"]
        member = member_of(deps, actor.workspace_id)
        load = client.get(f"/files/{id}", headers=member)
        assert load.headers["content-disposition"].startswith("attachment; ")
        assert "filename*=UTF-8''R%C3%A9sum%C3%A9" in load.headers["content-disposition"]
        assert "x-evil" not in load.headers
        shown = client.get(f"/files/{id}?view=1", headers=member)
        assert shown.headers["content-disposition"].startswith("inline; ")
        assert shown.headers["content-type"] == "application/pdf"
        assert "default-src 'none'" in shown.headers["content-security-policy"]

    def test_what_could_run_is_only_ever_a_download(self, deps: Deps, client: TestClient) -> None:
        actor = begin(deps, RESUME_STAGE)
        page = b"<!doctype html><script>fetch('/app/')</script>"
        sent = client.post(f"{base(actor)}/resume?name=cv.html", content=page, headers=cookie_of(deps, actor))
        reply = client.get(
            f"/files/{sent.json()['file_id']}?view=1", headers=member_of(deps, actor.workspace_id)
        )
        assert reply.headers["content-type"] == "application/octet-stream"
        assert reply.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in reply.headers["content-security-policy"]


class TestLogo:
    def test_an_administrators_logo_is_public_and_anything_else_is_not(
        self, deps: Deps, client: TestClient
    ) -> None:
        admin = member_of(deps, None, Role.ADMIN)
        sent = client.post("/api/desk/logo?name=logo.png", content=PNG, headers=admin)
        assert sent.status_code == 201
        shown = client.get(f"/files/{sent.json()['file']['file_id']}")
        assert (shown.status_code, shown.content) == (200, PNG)
        assert shown.headers["content-type"] == "image/png"
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
        assert client.post("/api/desk/logo", content=svg, headers=admin).status_code == 422
        assert client.post("/api/desk/logo", content=PNG, headers=member_of(deps, None)).status_code == 403
        assert client.post("/api/desk/logo", content=PNG, follow_redirects=False).status_code == 401


def test_a_shared_device_forgets_and_the_link_still_opens(deps: Deps, client: TestClient) -> None:
    actor = begin(deps, FORM_STAGE)
    cookie = cookie_of(deps, actor)
    left = client.post(f"{base(actor)}/leave", headers=cookie, follow_redirects=False)
    assert left.status_code == 303 and left.headers["location"] == "/lost-link"
    assert "Max-Age=0" in left.headers["set-cookie"] and actor.application_id in left.headers["set-cookie"]
    assert client.post(f"{base(actor)}/leave", follow_redirects=False).status_code in (401, 403)
    assert client.get(base(actor), headers=cookie).status_code == 200, "nothing was revoked"
