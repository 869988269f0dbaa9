"""What every command promises: one JSON document on stdout where asked, faults as sentences on stderr, status 0 or 1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from milo_app import bootstrap
from milo_app.cli.app import app
from milo_app.cli.frontend import ROOT
from milo_app.domain.actors import SystemActor
from milo_app.services import answers
from tests.doubles.resend import ResendDouble
from tests.doubles.twilio import TwilioDouble
from tests.outside import plans
from tests.services.begun import begin

NAME, SLUG = "Riverside Care", "riverside"
PLAN = plans.nurse()
FORM = {
    "kind": "form",
    "questions": [{"id": "shift", "kind": "short_text", "text": "Which shift suits you?"}],
}


def command(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def told(*words: str, typed: str | None = None) -> Any:
    """What a command says as JSON, after seeing that it went well and said nothing besides."""
    done = command(*words, "--json", typed=typed)
    assert (done.exit_code, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def refused(*words: str, typed: str | None = None) -> str:
    """The sentence of a command that fails; nothing of it may stand on stdout, where a program reads."""
    done = command(*words, typed=typed)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.strip() and "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def workspace(deps) -> dict[str, str]:
    return told("workspace", "add", "--slug", SLUG, "--name", NAME)


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN), encoding="utf-8")
    return file


@pytest.fixture
def interviewer(workspace, plan_file: Path) -> dict[str, Any]:
    return told("interviewer", "create", "--file", str(plan_file))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(
        "name,email,phone,sms_consent\n"
        "Ana Prieto,ana@example.com,+14155550101,yes\n"
        "Ben Okafor,ben@example.com,,\n"
        "Cy,not an address,,\n",
        encoding="utf-8",
    )
    return file


class TestWorkspaceAndMember:
    def test_workspace(self, workspace) -> None:
        assert workspace == {"id": workspace["id"], "slug": SLUG, "name": NAME}
        assert "Another workspace" in refused("workspace", "add", "--slug", SLUG, "--name", "Else")
        assert "not a name of the site" in refused("workspace", "add", "--slug", "api", "--name", "Else")

    def test_member(self, workspace, settings) -> None:
        made = told("member", "add", "--email", "Rita@Example.com", "--name", "Rita", "--role", "viewer")
        assert set(made) == {"id", "email", "role", "set_up_url"}
        assert (made["email"], made["role"]) == ("rita@example.com", "viewer")
        assert made["set_up_url"].startswith(settings.public_url)
        assert "admin, recruiter or viewer" in refused("member", "add", "--email", "a@b.co", "--role", "king")
        refused("member", "add", "--email", "rita@example.com")
        assert "no workspace called 'nowhere'" in refused(
            "member", "add", "--email", "c@b.co", "--workspace", "nowhere"
        )

    def test_before_there_is_any(self, deps) -> None:
        assert "workspace add" in refused("interviewer", "list")


class TestInterviewer:
    def test_create(self, interviewer, settings) -> None:
        """It is published, and its links are those of this instance."""
        slug = interviewer["slug"]
        assert interviewer["apply_url"] == f"{settings.public_url}/{SLUG}/{slug}"
        assert interviewer["preview_url"].startswith(f"{settings.public_url}/preview/")
        assert (interviewer["state"], interviewer["version"]) == ("active", 1)

    def test_create_from_standard_input_under_a_chosen_address(self, workspace) -> None:
        made = told("interviewer", "create", "--file", "-", "--slug", "nights", typed=json.dumps(PLAN))
        assert made["slug"] == "nights"
        taken = refused("interviewer", "create", "--file", "-", "--slug", "nights", typed=json.dumps(PLAN))
        assert "has this address already" in taken

    def test_what_is_wrong_with_a_plan_is_told_by_place(self, workspace, tmp_path: Path) -> None:
        plan = json.loads(json.dumps(PLAN))
        plan["stages"][1]["questions"][0]["kind"] = "essay"
        plan["surprise"] = True
        wrong = refused("interviewer", "create", "--file", "-", typed=json.dumps(plan))
        assert "stages[1].questions[0].kind:" in wrong and "surprise:" in wrong
        assert "not JSON" in refused("interviewer", "create", "--file", "-", typed="{")
        assert "No such file" in refused("interviewer", "create", "--file", str(tmp_path / "none.json"))
        assert told("interviewer", "list") == []

    def test_show(self, interviewer) -> None:
        shown = told("interviewer", "show", interviewer["slug"])
        for key in ("slug", "apply_url", "preview_url", "state", "version"):
            assert shown[key] == interviewer[key]
        assert shown["problems"] == {}
        assert "There is no interviewer called 'nobody'" in refused("interviewer", "show", "nobody")

    def test_publish(self, workspace, plan_file: Path) -> None:
        draft = told("interviewer", "create", "--file", str(plan_file), "--draft")
        assert (draft["state"], draft["version"]) == ("draft", 0)
        published = told("interviewer", "publish", draft["slug"])
        assert (published["slug"], published["state"], published["version"]) == (draft["slug"], "active", 1)
        assert published["apply_url"] == draft["apply_url"]


class TestInvite:
    def test_each_row_has_its_outcome(self, interviewer, people: Path, settings) -> None:
        rows = told("invite", "--interviewer", interviewer["slug"], "--csv", str(people))
        assert [row["outcome"] for row in rows] == ["invited", "invited", "invalid"]
        assert [row["email"] for row in rows[:2]] == ["ana@example.com", "ben@example.com"]
        for row in rows[:2]:
            assert row["candidate_url"].startswith(f"{settings.public_url}/i/")
            assert told("application", "show", row["application_id"])["candidate_url"] == row["candidate_url"]
        assert (rows[2]["application_id"], rows[2]["candidate_url"]) == (None, None)
        assert "email address" in rows[2]["reason"]

    def test_a_repeat_invites_nobody_again(self, interviewer, people: Path) -> None:
        asked = ("invite", "--interviewer", interviewer["slug"], "--csv", str(people))
        first, second = told(*asked), told(*asked)
        assert [row["outcome"] for row in second] == ["already", "already", "invalid"]
        assert [row["candidate_url"] for row in second] == [row["candidate_url"] for row in first]
        shown = told("application", "show", first[0]["application_id"])
        assert len([m for m in shown["messages"] if m["channel"] == "email"]) == 1

    def test_from_standard_input(self, interviewer) -> None:
        rows = told(
            "invite", "--interviewer", interviewer["slug"], "--csv", "-", typed="email\nda@example.com\n"
        )
        assert rows[0]["outcome"] == "invited"

    def test_now_says_what_it_does(self, interviewer, people: Path, deps) -> None:
        from dataclasses import replace

        bootstrap.swap(instance=replace(deps.instance, quiet_hours=True))
        done = command(
            "invite", "--interviewer", interviewer["slug"], "--csv", str(people), "--now", "--json"
        )
        assert done.exit_code == 0 and "Quiet hours are ignored" in done.stderr
        assert len(json.loads(done.stdout)) == 3

    def test_refusals(self, interviewer, people: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty.csv"
        empty.write_text("")
        slug = interviewer["slug"]
        assert "This file is empty" in refused("invite", "--interviewer", slug, "--csv", str(empty))
        assert "No such file" in refused("invite", "--interviewer", slug, "--csv", str(tmp_path / "none"))
        assert "no interviewer called" in refused("invite", "--interviewer", "nobody", "--csv", str(people))


class TestApplication:
    def test_show(self, interviewer, people: Path) -> None:
        rows = told("invite", "--interviewer", interviewer["slug"], "--csv", str(people))
        shown = told("application", "show", rows[0]["application_id"])
        lists = {"stages", "answers", "turns", "evaluations", "messages", "events"}
        assert all(isinstance(shown[name], list) for name in lists)
        assert shown["state"] == "invited"
        assert shown["candidate"]["email"] == "ana@example.com"
        assert [e["seq"] for e in shown["events"]] == sorted(e["seq"] for e in shown["events"])

    def test_what_was_given_is_shown_in_every_version(self, deps) -> None:
        begun_by = begin(deps, FORM)
        for version, value in enumerate(("Days", "Nights")):
            with deps.uow.write(begun_by) as uow:
                answers.record(
                    uow,
                    begun_by,
                    stage="form",
                    question_id="shift",
                    value=value,
                    base_version=version,
                    key=f"key-{version}",
                )
        shown = told("application", "show", begun_by.application_id)
        assert (shown["state"], [s["kind"] for s in shown["stages"]]) == ("in_progress", ["form"])
        given = [(a["question_id"], a["version"], a["value"], a["current"]) for a in shown["answers"]]
        assert given == [("shift", 1, "Days", False), ("shift", 2, "Nights", True)]

    def test_unknown(self, workspace) -> None:
        refused("application", "show", "nobody")


class TestDemo:
    KEYS = (
        *("sign_in_url", "email", "password", "apply_url", "candidate_url", "preview_url", "api_key"),
        *("workspace_slug", "interviewer_slug", "pid"),
    )

    def test_made_once_and_taken_away(self, deps, settings) -> None:
        made = told("demo")
        assert set(made) >= set(self.KEYS) and made["email"] == "demo@milo.local"
        assert json.loads((settings.data / "demo.json").read_text()) == made
        assert told("demo") == made
        assert told("demo", "--remove") == {"removed": True}
        assert not (settings.data / "demo.json").exists()
        with deps.uow.read(SystemActor()) as uow:
            assert uow.workspaces.count() == 0


class TestDoctorAndMigrate:
    def test_doctor(self, deps) -> None:
        parts = told("doctor")
        assert all(set(part) == {"part", "kind", "what", "ok", "note"} for part in parts)
        assert {part["kind"] for part in parts} == {"local", "real"}
        named = {part["part"]: part for part in parts}
        assert {"database", "email", "texts", "language model", "files", "recordings"} <= named.keys()
        assert (named["email"]["kind"], named["email"]["ok"]) == ("local", True)

    def test_a_part_that_does_not_answer(self, deps, settings) -> None:
        ill = settings.model_copy(update={"redis_url": "redis://:secret@127.0.0.1:1/0"})
        bootstrap.install(ill, deps)
        done = command("doctor", "--json")
        assert done.exit_code == 1
        state = next(part for part in json.loads(done.stdout) if part["part"] == "page state")
        assert (state["kind"], state["ok"]) == ("real", False) and state["note"]
        assert "secret" not in done.stdout

    def test_providers_are_asked_whether_they_know_us(self, deps, settings) -> None:
        """Nothing is sent, and no key is shown, whether it fits or not."""
        with ResendDouble() as resend, TwilioDouble() as twilio:
            for key, well in ((resend.key, True), ("re_wrong", False)):
                real = settings.model_copy(
                    update={
                        "resend_api_key": SecretStr(key),
                        "resend_api_url": resend.url,
                        "inbound_email_domain": "in.example",
                        "twilio_account_sid": twilio.sid,
                        "twilio_auth_token": SecretStr(twilio.token if well else "wrong"),
                        "twilio_from_number": twilio.number,
                        "twilio_api_base_url": twilio.url,
                    }
                )
                bootstrap.install(real, bootstrap.build(real))
                done = command("doctor", "--json")
                named = {part["part"]: part for part in json.loads(done.stdout)}
                bootstrap.database(bootstrap.deps()).dispose()
                assert named["email"]["ok"] is named["texts"]["ok"] is well
                assert "RESEND_WEBHOOK_SECRET" in named["email events"]["note"]
                assert not named["replies by email"]["ok"]
                assert key not in done.stdout and twilio.token not in done.stdout
            assert (resend.accepted, twilio.accepted) == ([], [])

    def test_migrate(self, deps) -> None:
        assert told("migrate") == {"migrated": True}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Any]:
    """Runs a command as a person would, in a process of its own on data that do not exist yet."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "SSL_CERT_FILE") if key in os.environ}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "milo_app", *words],
            cwd=ROOT,
            env=kept | {"MILO_DATA": str(tmp_path / "fresh")} | more,
            capture_output=True,
            text=True,
            timeout=120,
        )

    yield run


class TestFreshMachine:
    def test_doctor_comes_first(self, shell) -> None:
        """On data that do not exist yet every part answers, and what it made is fit for the next command."""
        done = shell("doctor", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        assert all(part["ok"] for part in json.loads(done.stdout))
        done = shell("workspace", "add", "--slug", SLUG, "--name", NAME, "--json")
        assert (done.returncode, done.stderr) == (0, "")

    def test_wrong_words_and_settings_end_with_one(self, shell) -> None:
        for words in (("nonsense",), ("invite", "--interviewer", "x"), ("doctor", "--nonsense")):
            done = shell(*words)
            assert (done.returncode, done.stdout) == (1, "") and done.stderr
        done = shell("doctor", MILO_ENV="nowhere")
        assert (done.returncode, done.stdout) == (1, "") and "MILO_ENV" in done.stderr

    @pytest.mark.parametrize("words", [("migrate",), ("interviewer", "list"), ("demo",)])
    def test_a_database_that_does_not_answer(self, shell, words: tuple[str, ...]) -> None:
        done = shell(*words, MILO_DATABASE_URL="postgresql://milo:secret@127.0.0.1:1/milo")
        assert (done.returncode, done.stdout) == (1, "")
        assert "does not answer" in done.stderr
        assert "secret" not in done.stderr and "Traceback" not in done.stderr
