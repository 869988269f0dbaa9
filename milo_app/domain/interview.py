"""The interview engine: what to say next, for every channel. Pure; a driver only moves turns in and out.

The driver's loop: keep the candidate's turn, ask a model for a `Proposal` if there is one, call `next_step`, and
commit what it returns, each `Action` as one turn of ours made from `Action.turn()` (which holds how the candidate's
words were taken; the state is derived from these turns and nothing else). Calling it again on the same turns gives
the same step; with nothing to do it returns no action.

No model can break the rules here: every question once and in order, follow-ups within their bounds, one clarification,
one prompt into silence, a soft and then a hard end, exact answers read back. A model may only propose how an answer
reads, what a follow-up says, and what to reply to the candidate's own question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from milo_app.domain import knowledge as known
from milo_app.domain import values
from milo_app.domain.errors import Invalid
from milo_app.domain.intents import Intent, intent, own_question
from milo_app.domain.keywords import normal
from milo_app.domain.parts import joined
from milo_app.domain.plan import STRUCTURED, Question, StagePlan
from milo_app.domain.reading import ENOUGH, NOT_UNDERSTOOD, Heard, has_words, is_thin, number, read, yes_or_no
from milo_app.domain.records import Turn
from milo_app.domain.steps import Action, Mode, Proposal, ReadAnswer, Review, Step
from milo_app.domain.talk import Act, Again, Given, Item, Talk, Took, fold, time_used
from milo_app.domain.wording import Medium, ask, generic_follow_up, hint, read_back, say, shown

__all__ = [
    "Action",
    "Mode",
    "Proposal",
    "ReadAnswer",
    "Review",
    "Step",
    "next_step",
    "open_words",
    "waiting_for",
]

#: What a candidate may say besides answering one question before it is taken as an answer, so that every talk ends.
MOST_ASIDES = 10


def next_step(
    stage: StagePlan, turns: Sequence[Turn], proposal: Proposal | None, now: datetime, mode: Mode
) -> Step:
    """Decide what to say after *turns*: those of this stage and attempt, in any order.

    *proposal* belongs to the candidate's words after our last turn. Call it also without new words: to open the talk,
    to go on after a crash, or when time may have run out.
    """
    engine = _Engine(
        fold(stage, turns), proposal or Proposal(), time_used(turns, now), mode, proposal is not None
    )
    engine.hear()
    engine.go_on()
    return engine.step()


def waiting_for(stage: StagePlan, turns: Sequence[Turn]) -> Question | None:
    """The question that the candidate's next (or pending) words belong to: what a proposal should be made for, and
    the `question_id` of the candidate's turn."""
    talk = fold(stage, turns)
    return talk.question if talk.waiting and talk.item is Item.ANSWER else None


def open_words(stage: StagePlan, turns: Sequence[Turn], mode: Mode) -> str:
    """What is open now, put once more as this medium puts it: for someone who comes back. "" where nothing is open."""
    talk = fold(stage, turns)
    if talk.closed or not talk.waiting:
        return ""
    return _Engine(talk, Proposal(), timedelta(), mode, False).open_words()


class _Engine:
    """One call of `next_step`: hears what is pending, then goes on as far as it can without the candidate."""

    def __init__(self, talk: Talk, proposal: Proposal, used: timedelta, mode: Mode, modelled: bool) -> None:
        self.talk, self.proposal, self.used, self.mode, self.modelled = talk, proposal, used, mode, modelled
        self.actions: list[Action] = []
        self.answers: list[ReadAnswer] = []
        self.wants: list[str] = []
        self.deferred = ""
        self._took: dict[str, Any] | None = None
        self._lead = ""
        self._pending = [t for t in talk.pending if not _is_blank(t)] or talk.pending[-1:]

    # --- Hearing ----------------------------------------------------------------------------------------------------

    def hear(self) -> None:
        """Take the pending words for what they are, and reply to what needs a reply."""
        talk, pending = self.talk, self._pending
        if not pending:
            return None
        again = next((Again(t.action) for t in reversed(pending) if t.action in _AGAINS), None)
        if again:
            return self._again(again)
        if talk.closed and _is_blank(pending[-1]):
            return None
        text = joined([t.text for t in pending])
        exact = any(t.value is not None for t in pending)
        meant = None if exact else next(filter(None, (intent(t.text) for t in reversed(pending))), None)
        if talk.closed:
            return self._after(meant, text)
        if self._corrects(meant, text):
            return self._again(Again.LAST)
        if not talk.asked and meant not in _AT_ANY_TIME:
            return self._take(Took.GREETING)
        if meant and self._beside(meant):
            return None
        if meant and self._aside(meant):
            return None
        if _is_blank(pending[-1]):
            return self._silence()
        if talk.item is Item.ANSWER and talk.question:
            return self._answer(talk.question, text)
        return self._confirmation(text) if talk.item is Item.CONFIRMATION else self._pick(text)

    def _corrects(self, meant: Intent | None, text: str) -> bool:
        """Whether the candidate takes back what was just noted: by a word, or by the 2 that a text message offers
        where it can mean nothing else."""
        talk = self.talk
        if not talk.may_redo(Again.LAST) or talk.last is None:
            return False
        noted = talk.stage.question(talk.last.question_id)
        offered = self.mode.medium is Medium.SMS and noted is not None and noted.kind in STRUCTURED
        unmistakable = (
            talk.question is not None and talk.question.kind not in STRUCTURED and not talk.follow_up
        )
        return meant is Intent.CHANGE or (offered and unmistakable and text.strip() == "2")

    def _again(self, again: Again) -> None:
        """A second try, where there is one and time for it: the earlier words stay, and the newest take is used."""
        talk = self.talk
        spoiled = again is Again.FAILED and talk.asides >= MOST_ASIDES
        if talk.may_redo(again) and not spoiled and not (talk.closed and self._time_is_up()):
            last = again is Again.LAST and talk.last
            self._take(Took.AGAIN, last.question_id if last else talk.question_id, again=str(again))
            self._lead = "again"
        elif talk.closed:
            self._take(Took.AFTER)
            self._say(Act.SAY, "no_more_tries")
        else:
            self._take(Took.ASIDE)
            self._say(Act.SAY, "no_more_tries")

    def _beside(self, meant: Intent) -> bool:
        """Whether *meant* came together with words that answer: those are kept, and a wish for a person, another
        channel or an end is heard besides."""
        talk = self.talk
        words = [turn for turn in self._pending if not intent(turn.text) and not _is_blank(turn)]
        if not words or talk.item is not Item.ANSWER or talk.question is None:
            return False
        self._pending = words
        self._answer(talk.question, joined([turn.text for turn in words]))
        if meant is Intent.STOP:
            self._close("stopped")
        elif meant in _AT_ANY_TIME:
            self._want(meant)
        return True

    def _aside(self, meant: Intent) -> bool:
        """Whether *meant* was dealt with; what has no meaning here is an answer after all."""
        talk = self.talk
        if meant is Intent.STOP:
            self._take(Took.STOPPED)
            self._close("stopped")
        elif meant is Intent.SKIP and talk.item is Item.ANSWER:
            self._take(Took.LEFT, talk.question_id, review="skipped")
            self._say(Act.SAY, "skipped")
        elif meant in (Intent.SKIP, Intent.CHANGE) or talk.asides >= MOST_ASIDES:
            return False
        elif meant is Intent.GREETING:
            if self.mode.medium is not Medium.SMS or talk.item is not Item.ANSWER:
                return False
            self._take(Took.ASIDE)
            self._lead = "hi_back" if normal(self._pending[-1].text).startswith(_HELLO) else ""
        elif meant is Intent.BREAK:
            self._take(Took.ASIDE)
            self._say(Act.PAUSE, "pause")
        elif meant in _AT_ANY_TIME:
            self._take(Took.ASIDE)
            self._want(meant)
        else:
            self._take(Took.ASIDE)
            self._lead = "repeat"
        return True

    def _silence(self) -> None:
        """Prompted once, then left; the untimed mode waits. A text message without words is a picture."""
        talk = self.talk
        if self.mode.medium is Medium.SMS and talk.asides < MOST_ASIDES:
            self._take(Took.ASIDE)
            self._say(Act.SAY, "only_text")
        elif self.mode.untimed and self.mode.medium is not Medium.SMS:
            return
        elif not talk.prompted:
            self._take(Took.SILENCE)
            self._say(Act.PROMPT, "still_there", talk.question_id)
        elif talk.item is Item.ANSWER:
            self._take(Took.LEFT, talk.question_id, review="silent")
            self._say(Act.SAY, "moving_on")
        else:
            self._take(Took.UNCONFIRMED)

    def _answer(self, question: Question, text: str) -> None:
        asked, rest = own_question(text)
        mixed = bool(asked and rest)
        if question.kind in STRUCTURED:
            heard, exact = self._read_exact(question, rest if mixed else text)
            if heard.understood:
                self._take_answer(question, heard.value, exact)
                if not exact:
                    self._say(
                        Act.NOTE, self._noting(question), value=shown(question, heard.value, *self._voice)
                    )
                return self._reply(asked) if asked else None
            if asked and not mixed and self.talk.asides < MOST_ASIDES:
                self._take(Took.ASIDE)
                return self._reply(asked)
            return self._not_read(question)
        if asked and not mixed and self.talk.asides < MOST_ASIDES:
            self._take(Took.ASIDE)
            return self._reply(asked)
        untold = any(not t.transcribed for t in self._pending)
        if text and not has_words(text) and self.mode.medium is Medium.SMS and self.talk.asides < MOST_ASIDES:
            self._take(Took.ASIDE)
            return self._say(Act.SAY, "in_words")
        said = text or "\n".join(t.value.strip() for t in self._pending if isinstance(t.value, str))
        if not said and not untold:
            return self._silence()
        self._take_answer(question, said or None, exact=False, review="not_transcribed" if untold else "")
        return self._reply(asked) if asked else None

    def _noting(self, question: Question) -> str:
        """The key of the words that note an answer. A text message says how to take it back, unless all that was noted
        is about to be read back."""
        talk, after = self.talk, self.talk.unasked()
        if self.mode.medium is not Medium.SMS or talk.tried[question.id] >= talk.stage.re_records:
            return "noted"
        if talk.interrupted:
            after = talk.stage.question(talk.interrupted[0])
        if after is None:
            return "noted"
        return "noted_word" if after.kind in STRUCTURED else "noted_2"

    def _not_read(self, question: Question) -> None:
        if not self.talk.clarified:
            self._take(Took.UNREAD)
            untold = not self._pending[-1].transcribed
            return self._say(
                Act.CLARIFY,
                "clarify_spoken" if untold else "clarify",
                question.id,
                hint=hint(question, *self._voice),
            )
        untold = any(not t.transcribed for t in self._pending)
        self._take(Took.LEFT, question.id, review="not_transcribed" if untold else "not_understood")
        return self._say(Act.SAY, "unread")

    def _read_exact(self, question: Question, text: str) -> tuple[Heard, bool]:
        """The reading of an exact answer, and whether it was given exactly (by key, button or field)."""
        for turn in reversed(self._pending):
            if turn.value is not None:
                try:
                    value = values.check(question, turn.value)
                except Invalid:
                    continue
                return Heard(value=value, confidence=1.0, quote=turn.text), True
        proposed = self.proposal.heard
        if proposed and proposed.understood and proposed.quote.strip() and _stands_in(proposed.quote, text):
            try:
                checked = values.check(question, proposed.value)
                return Heard(value=checked, confidence=proposed.confidence, quote=proposed.quote), False
            except Invalid:
                pass
        latest = (read(question, line) for line in reversed([text, *text.split("\n")]) if line)
        return next((heard for heard in latest if heard.understood), NOT_UNDERSTOOD), False

    def _confirmation(self, text: str) -> None:
        heard = self._yes_or_no(text)
        if heard is True:
            answered = [(q.id, self.talk.given[q.id]) for q in self.talk.unconfirmed()]
            self._take(Took.CONFIRMED)
            for question_id, given in answered:
                self._keep(question_id, given, confirmed=True)
        elif heard is False and self.talk.changes == 0:
            self._take(Took.REJECTED)
        elif heard is None and not self.talk.clarified:
            self._take(Took.UNREAD)
            self._say(Act.CONFIRM_AGAIN, "confirm_again")
        else:
            self._take(Took.UNCONFIRMED)
            self._say(Act.SAY, "not_confirmed")

    def _yes_or_no(self, text: str) -> bool | None:
        if isinstance(self._pending[-1].value, bool):
            return self._pending[-1].value
        heard = yes_or_no(text.split("\n")[-1]) if text else NOT_UNDERSTOOD
        return heard.value if heard.confidence >= ENOUGH else None

    def _pick(self, text: str) -> None:
        listed, given = self.talk.unconfirmed(), self._pending[-1].value
        at = (
            given
            if isinstance(given, int) and not isinstance(given, bool)
            else number(text.split("\n")[-1]).value
        )
        if isinstance(at, int) and 1 <= at <= len(listed):
            self._take(Took.PICKED, listed[at - 1].id)
        elif not self.talk.clarified:
            self._take(Took.UNREAD)
            self._say(Act.PICK_AGAIN, "pick", last=len(listed))
        else:
            self._take(Took.UNCONFIRMED)
            self._say(Act.SAY, "not_confirmed")

    def _after(self, meant: Intent | None, text: str) -> None:
        """Words after the end get an answer too; after a stop they take the talk up again, unless it is another stop."""
        if not self.talk.over and meant is not Intent.STOP:
            self._take(Took.RESUMED)
            return self._say(Act.SAY, "welcome_back")
        asked, _ = own_question(text)
        self._take(Took.AFTER)
        if meant and meant in _AT_ANY_TIME and meant is not Intent.STOP:
            return self._want(meant)
        if asked:
            return self._reply(asked)
        return self._say(Act.SAY, "closed" if self.talk.over else "close_stopped")

    def _want(self, meant: Intent) -> None:
        """Something for a person or another channel to do."""
        self.wants.append(str(meant))
        self._say(Act.SAY, str(meant))

    # --- Going on ---------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Say what comes next, unless the candidate's turn is out or the talk is closed."""
        talk = self.talk
        if talk.closed or self._waits_in_silence():
            return None
        if self._time_is_up():
            return self._close("time")
        if not talk.asked and not talk.greeted:
            self._open()
        if talk.waiting:
            return None
        if talk.repeat and talk.item is not Item.NOTHING:
            return self._repeat()
        if talk.changing and (question := talk.stage.question(talk.changing)):
            return self._redo(question) if talk.redo else self._put(Act.CHANGE, question)
        if talk.interrupted:
            return self._back_to(*talk.interrupted)
        if self._follow_up():
            return None
        if question := talk.unasked():
            return self._next(question)
        return self._finish()

    def _redo(self, question: Question) -> None:
        """Put the answer given last once more: the follow-up, where it was one."""
        words = (self.talk.redo and self.talk.redo.follow_up) or ask(question, *self._voice)
        self._speak(Act.CHANGE, f"{say('again', *self._voice)} {words}", question.id)

    def _back_to(self, question_id: str, follow_up: str | None) -> None:
        """After a second try at the answer before: what was open then."""
        question = self.talk.stage.question(question_id)
        words = follow_up or (ask(question, *self._voice) if question else "")
        self._speak(Act.BACK, f"{say('back_to', *self._voice)} {words}".strip(), question_id)

    def _finish(self) -> None:
        """Every question was asked: have what was read confirmed, with one change, then close."""
        talk, unconfirmed = self.talk, self.talk.unconfirmed()
        if not unconfirmed or talk.settled:
            return self._close("finished")
        if not talk.rejected:
            return self._speak(Act.READ_BACK, self._read_back())
        if len(unconfirmed) == 1:
            return self._put(Act.CHANGE, unconfirmed[0])
        return self._say(Act.PICK, "pick", last=len(unconfirmed))

    def _open(self) -> None:
        mode, stage = self.mode, self.talk.stage
        facts = {"company": mode.company, "title": mode.title, "interviewer": mode.interviewer}
        self._say(Act.SAY, "hello", name=self._name(" "), **facts)
        if stage.intro:
            return self._speak(Act.SAY, stage.intro)
        return self._say(Act.SAY, "outline", count=len(stage.questions), minutes=stage.minutes)

    def _repeat(self) -> None:
        lead = say(self._lead, *self._voice) if self._lead else ""
        self._speak(Act.REPEAT, f"{lead} {self.open_words()}".strip(), self.talk.question_id)

    def open_words(self) -> str:
        """What is open: a follow-up in its words, all else as this medium puts it."""
        talk = self.talk
        if talk.item is Item.CONFIRMATION:
            return self._read_back()
        if talk.item is Item.PICK:
            return say("pick", *self._voice, last=len(talk.unconfirmed()))
        return talk.follow_up or (ask(talk.question, *self._voice) if talk.question else "")

    def _read_back(self) -> str:
        given = [(q, self.talk.given[q.id].value) for q in self.talk.unconfirmed()]
        return read_back(given, *self._voice, last=self.talk.changes > 0)

    def _next(self, question: Question) -> None:
        if self.mode.timed and not self.talk.wrapped_up and self.used >= self._budget:
            self._say(Act.WRAP_UP, "wrap_up")
        elif self.talk.answered and not self.actions and self.mode.medium is not Medium.SMS:
            self._say(Act.SAY, "thanks")
        self._put(Act.ASK, question)

    def _follow_up(self) -> bool:
        """Ask one more about the answer just given: always below the minimum, by need up to the maximum."""
        talk = self.talk
        question = talk.stage.question(talk.answered) if talk.answered else None
        if question is None or question.kind in STRUCTURED:
            return False
        asked = talk.follow_ups[question.id]
        if asked >= question.max_follow_ups:
            return False
        if asked >= question.min_follow_ups and not self._wants_more(question):
            return False
        written = question.follow_ups[asked : asked + 1]
        text = written[0] if written else (self.proposal.follow_up or generic_follow_up(asked, *self._voice))
        self._speak(Act.FOLLOW_UP, text, question.id)
        return True

    def _wants_more(self, question: Question) -> bool:
        """Beyond the minimum: what a model proposes; without one, a written follow-up to a thin answer."""
        if self.mode.timed and self.used >= self._budget:
            return False
        if self.modelled:
            return bool((self.proposal.follow_up or "").strip())
        written = len(question.follow_ups) > self.talk.follow_ups[question.id]
        told = all(t.transcribed for t in self._pending)
        return written and told and is_thin(str(self.talk.given[question.id].value or ""))

    def _time_is_up(self) -> bool:
        """The hard end: with the grace after the budget, and later still while the candidate may be speaking."""
        talking = self.talk.waiting and not self._pending
        return self.mode.timed and self.used >= self._budget + self._grace * (2 if talking else 1)

    @property
    def _budget(self) -> timedelta:
        return timedelta(minutes=self.talk.stage.minutes)

    @property
    def _grace(self) -> timedelta:
        return max(timedelta(minutes=2), self._budget / 4)

    def _waits_in_silence(self) -> bool:
        """Words that were not taken (a silence in the untimed mode) leave everything as it is."""
        return bool(self._pending) and self._took is None and self.talk.waiting

    # --- Saying -----------------------------------------------------------------------------------------------------

    @property
    def _voice(self) -> tuple[str, Medium]:
        return self.mode.language, self.mode.medium

    def _take(self, took: Took, question_id: str | None = None, **more: Any) -> None:
        """Note how the pending words are taken; the note travels on our next turn."""
        self._took = {"as": str(took), **({"question_id": question_id} if question_id else {}), **more}
        self.talk.heard(self._took)

    def _take_answer(self, question: Question, value: Any, exact: bool, review: str = "") -> None:
        seq, more = self._pending[-1].seq, {"review": review} if review else {}
        redone = self.talk.redo is not None
        self._take(Took.ANSWER, question.id, value=value, confirmed=exact, seq=seq, **more)
        given = self.talk.given[question.id]
        if redone or not values.is_empty(question, given.value):
            self._keep(question.id, given, confirmed=exact)

    def _keep(self, question_id: str, given: Given, *, confirmed: bool) -> None:
        self.answers.append(
            ReadAnswer(question_id=question_id, value=given.value, confirmed=confirmed, turn_seq=given.seq)
        )

    def _reply(self, asked: str) -> None:
        """Answer the candidate's own question from what the recruiter wrote, or note it for the team."""
        answer = (self.proposal.reply or "").strip() or known.answer(asked, self.mode.knowledge)
        if answer:
            return self._speak(Act.SAY, answer)
        self.deferred = asked
        return self._say(Act.SAY, "deferred")

    def _close(self, reason: str) -> None:
        outro = self.talk.stage.outro
        if reason == "finished" and outro:
            return self._speak(Act.CLOSE, outro, reason=reason)
        key = {"finished": "close", "time": "close_time", "stopped": "close_stopped"}[reason]
        return self._speak(Act.CLOSE, say(key, *self._voice, name=self._name(", ")), reason=reason)

    def _put(self, act: Act, question: Question) -> None:
        self._speak(act, ask(question, *self._voice), question.id)

    def _say(self, act: Act, key: str, question_id: str | None = None, **facts: object) -> None:
        self._speak(act, say(key, *self._voice, **facts), question_id)

    def _speak(self, act: Act, text: str, question_id: str | None = None, reason: str = "") -> None:
        value: dict[str, Any] = {"reason": reason} if reason else {}
        if self._took and not self.actions:
            value["heard"] = self._took
        self.actions.append(Action(act=act, text=text.strip(), question_id=question_id, value=value))
        self.talk.said(act, text.strip(), question_id, reason or "finished")

    def _name(self, before: str) -> str:
        first = self.mode.name.split()
        return before + first[0] if first else ""

    def step(self) -> Step:
        talk = self.talk
        return Step(
            actions=tuple(self.actions),
            answers=tuple(self.answers),
            closed=talk.closed,
            needs_review=tuple(self._review()),
            wants=tuple(self.wants),
            deferred=self.deferred,
            waiting=talk.question_id if talk.waiting and talk.item is Item.ANSWER else None,
        )

    def _review(self) -> Iterator[Review]:
        """What is known to need a person, in the order of the questions; at the end of time also what was cut off."""
        talk, cut = self.talk, self.talk.closed == "time"
        unconfirmed = talk.unconfirmed() if cut else []
        for question in talk.stage.questions:
            if reason := talk.review.get(question.id):
                yield Review(question_id=question.id, reason=reason)
            elif cut and question.id not in talk.given:
                yield Review(question_id=question.id, reason="out_of_time")
            elif question in unconfirmed:
                yield Review(question_id=question.id, reason="not_confirmed")


_AT_ANY_TIME = (Intent.STOP, Intent.HUMAN, Intent.WEB, Intent.CALL)


_AGAINS = frozenset(str(again) for again in Again)


_HELLO = ("hi", "hello", "hey", "hola", "buen", "good", "saludos")


def _is_blank(turn: Turn) -> bool:
    """A candidate's turn without anything in it: a silence. Speech without a transcript is no silence."""
    return turn.transcribed and turn.value is None and not turn.text.strip()


def _stands_in(quote: str, text: str) -> bool:
    return normal(quote) in normal(text)
