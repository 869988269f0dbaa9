"""Any interleaving of texts, repeats, keywords, the web, restarts and work done twice leaves the interview consistent."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from milo_app import bootstrap, config
from milo_app.adapters.clock import FixedClock
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict, Gone, Invalid
from milo_app.domain.keywords import Keyword
from milo_app.services import advancement, answers, interviews, texting
from milo_app.services.ports import Deps
from tests.services.phones import PLAN, Phone, apply, hire

QUESTIONS = [question["id"] for question in PLAN["stages"][0]["questions"]]
ANSWERS = [
    "1",
    "2",
    "yes",
    "No.",
    "sí",
    "👍",
    "Night",
    "3",
    "4 years",
    "I like order.",
    "and people,",
    "(1/2) I keep calm",
    "(2/2) always",
]
ASIDES = [
    "change",
    "hi",
    "maybe",
    "repeat",
    "skip",
    "what is the pay?",
    "call me",
    "the link please",
    "",
    "[picture]",
    'Liked "Hi"',
    "I need a break",
]
WORDS = ["STOP", "stop", "please stop texting me", "START", "HELP", "who is this?", "stop the interview"]
CODES = ["K7QF", "K7QF 1", "k7qf no"]


class Texting(RuleBasedStateMachine):
    """One candidate at the stage by text. Work is done in order for an application, as its queue does it."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="milo-texting-"))
        for part in ("", "-wal"):
            source = self.migrated.with_name(self.migrated.name + part)
            if source.exists():
                shutil.copyfile(source, self.folder / source.name)
        self.clock = FixedClock(datetime(2026, 3, 2, 15, tzinfo=UTC))
        self.deps = self._open()
        self.actor = apply(self.deps, hire(self.deps))
        self.phone = Phone(self.deps)
        self.sent: list[tuple[str, str]] = []
        self.waiting: list[r.Message] = []
        self.done: list[r.Message] = []
        self.stopped = False
        self.stops = 0
        self.web = 0
        self.before = set(self._texts())

    def _open(self) -> Deps:
        found = config.Settings(
            _env_file=None, data=self.folder, database_url=f"sqlite:///{self.folder}/milo.db"
        )
        made = bootstrap.build(found, clock=self.clock)
        bootstrap.install(found, made)
        return made

    # --- What may happen ----------------------------------------------------------------------------------------------

    @rule(body=st.one_of(*map(st.sampled_from, (ANSWERS, ANSWERS, ASIDES, WORDS, CODES))))
    def text(self, body: str) -> None:
        id = f"SM{len(self.sent)}"
        self.sent.append((id, body))
        message = self.phone.send(body, id=id)
        assert message is not None
        self.waiting.append(message)
        match texting.meant(message):
            case Keyword.STOP:
                self.stops += not self.stopped
                self.stopped = True
            case Keyword.START:
                self.stopped = False
            case _:
                pass

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def the_provider_repeats_itself(self, data: st.DataObject) -> None:
        id, body = data.draw(st.sampled_from(self.sent))
        self.phone.send(body, id=id)

    @precondition(lambda self: self.waiting)
    @rule()
    def work(self) -> None:
        message = self.waiting.pop(0)
        self._handle(message)
        self.done.append(message)

    @precondition(lambda self: self.waiting)
    @rule()
    def all_work(self) -> None:
        while self.waiting:
            self.work()

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def work_is_done_again(self, data: st.DataObject) -> None:
        """A process died after the commit and before its workflow was marked as done."""
        message = data.draw(st.sampled_from(self.done))
        self._handle(message)
        texting.settle(self.deps, str(message.application_id), message.id)

    @rule(minutes=st.sampled_from([0.05, 0.2, 3]))
    def time_passes(self, minutes: float) -> None:
        self.phone.wait(minutes)

    @rule(said=st.sampled_from(["yes", "no", "Day", "7", "From the web.", "skip"]), twice=st.booleans())
    def web(self, said: str, twice: bool) -> None:
        self.web += 1
        for _ in range(1 + twice):
            try:
                with self.deps.uow.write(self.actor) as uow:
                    interviews.take_turn(uow, self.actor, stage="sms", key=f"web-{self.web}", text=said)
            except (Conflict, Gone):
                return

    @rule()
    def hand_in_on_the_page(self) -> None:
        with suppress(Invalid), self.deps.uow.write(self.actor) as uow:
            answers.submit_stage(uow, self.actor, stage="sms")

    @rule()
    def restart(self) -> None:
        bootstrap.database(self.deps).dispose()
        self.deps = self.phone.deps = self._open()

    @rule()
    def advance(self) -> None:
        """The slow part after the stage was handed in; before that there is nothing for it to do."""
        advancement.advance(self.deps, self.actor.application_id, "sms", "1")

    def _handle(self, message: r.Message) -> None:
        texting.handle(self.deps, str(message.application_id), message.id)

    # --- What must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def all_is_consistent(self) -> None:
        with self.deps.uow.read(self.actor) as uow:
            application = uow.applications.get(self.actor.application_id)
            here = {"application_id": application.id}
            stages = {s.kind: s.state for s in uow.stages.find(**here)}
            nights = uow.answers.first(question_id="nights", order="-version", **here)
            turns = uow.turns.find(order="seq", stage="sms", **here)
            texts = uow.messages.find(order="id", channel="sms", direction="out", **here)
        self._asked_once_and_in_order(turns)
        self._nothing_but_confirmations_after_a_stop(texts)
        replies = Counter(m.variables.get("in_reply_to") for m in texts)
        replies.pop(None, None)
        assert set(replies.values()) <= {1}, "one reply to a text"
        assert [turn.seq for turn in turns] == list(range(1, application.turn_seq + 1))
        self._journey(application, stages, turns, nights)

    def _asked_once_and_in_order(self, turns: list[r.Turn]) -> None:
        asked = [turn.question_id for turn in turns if turn.action == "ask"]
        assert asked == QUESTIONS[: len(asked)]
        put = Counter(
            turn.question_id for turn in turns if turn.action in ("ask", "change", "back", "follow_up")
        )
        clarified = Counter(turn.question_id for turn in turns if turn.action == "clarify")
        assert all(n <= put[question_id] for question_id, n in clarified.items())

    def _nothing_but_confirmations_after_a_stop(self, texts: list[r.Message]) -> None:
        fresh = [message for message in texts if message.id not in self.before]
        self.before = {message.id for message in texts}
        if self.stopped:
            assert all(
                message.state is r.MessageState.SUPPRESSED or message.variables.get("despite_stop")
                for message in fresh
            )
        assert len([m for m in texts if str(m.dedupe).startswith("reply:stopped:")]) <= self.stops

    def _journey(
        self,
        application: r.Application,
        stages: dict[str, r.StageState],
        turns: list[r.Turn],
        nights: r.Answer | None,
    ) -> None:
        """Handed in if and only if the talk is over (on the page, once they press the button), and stopped by nothing
        but a clear and confirmed answer."""
        ends = [t for t in turns if t.action == "close" and t.value["reason"] == "finished"]
        given = stages["sms"] is not r.StageState.OPEN
        assert (application.stage == "sms") != given
        assert (bool(ends) and (given or ends[-1].channel == "web")) or not (ends or given)
        if application.state is r.ApplicationState.DISQUALIFIED:
            assert nights is not None and (nights.value, nights.confirmed) == (False, True)
        else:
            assert application.state is r.ApplicationState.IN_PROGRESS
            assert (stages["voice"] is r.StageState.OPEN) == given

    def teardown(self) -> None:
        """Once everything has been worked off, nobody waits: each text was answered, alone or with those beside it."""
        try:
            self.all_work()
            self.phone.wait(5)
            self.all_is_consistent()
            replied = {m.variables.get("in_reply_to") for m in self._texts().values()}
            unanswered = [
                m for m in self.done if m.id not in replied and texting.meant(m) is not Keyword.STOP
            ]
            turns = self._turns()
            places = {turn.message_id: n for n, turn in enumerate(turns) if turn.message_id}
            for message in unanswered:
                after = turns[places[message.id] + 1 :]
                assert after, f"{message.body!r} was never answered"
                # Answered together with the next words, or on the web.
                assert after[0].speaker is r.Speaker.CANDIDATE or after[0].channel == "web", message.body
        finally:
            bootstrap.install(None, None)
            bootstrap.database(self.deps).dispose()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _turns(self) -> list[r.Turn]:
        with self.deps.uow.read(self.actor) as uow:
            return uow.turns.find(order="seq", stage="sms", application_id=self.actor.application_id)

    def _texts(self) -> dict[str, r.Message]:
        with self.deps.uow.read(SystemActor()) as uow:
            return {m.id: m for m in uow.messages.find(order="id", channel="sms", direction="out")}


@pytest.mark.usefixtures("_no_instance")
def test_any_interleaving(migrated_database: Path) -> None:
    Texting.migrated = migrated_database
    run_state_machine_as_test(
        Texting,
        settings=settings(
            max_examples=14,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def _no_instance():
    yield
    bootstrap.install(None, None)
