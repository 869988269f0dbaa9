"""What the interviewer says in the browser, spoken by a speech server where one is set.

Sound is kept by a hash of voice, language and words, so that a question is spoken once for all candidates. Words with
a candidate's name in them are spoken anew each time and not kept.
"""

from __future__ import annotations

import hashlib

from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor
from milo_app.domain.errors import NotFound
from milo_app.services import applications
from milo_app.services.ports import Deps

#: Kinds of our turns that are put to everybody in the same words.
_COMMON = frozenset({"ask", "follow_up", "wrap_up", "close", "change"})


def spoken(deps: Deps, actor: CandidateActor, *, turn_id: str) -> bytes:
    """One of our turns to this candidate, as MP3.

    Raises:
        NotFound: the turn is not one of ours to this candidate, or no voice is set.
        SpeechFailed: the server did not answer; the browser's own voice takes its place.
    """
    with deps.uow.read(actor) as uow:
        turn = uow.turns.get(turn_id)
        if turn.application_id != actor.application_id or turn.speaker is not r.Speaker.INTERVIEWER:
            raise NotFound("We could not find that.")
        name = uow.candidates.get(actor.candidate_id).name.split()
        language = applications.plan_of(uow, uow.applications.get(actor.application_id)).language
    if not deps.speech.speaks or not turn.text.strip():
        raise NotFound("There is nothing to hear.")
    personal = turn.action not in _COMMON or any(part.lower() in turn.text.lower() for part in name)
    digest = hashlib.sha256("\0".join((deps.speech.speaks, language, turn.text)).encode()).hexdigest()
    key = f"speech/{turn.workspace_id}/{digest}.mp3"
    if not personal:
        try:
            return b"".join(deps.files.read(key))
        except FileNotFoundError:
            pass
    sound = deps.speech.say(turn.text, language=language)
    if not personal:
        deps.files.put(key, [sound])
    return sound
