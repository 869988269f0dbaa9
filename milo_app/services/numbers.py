"""Which application a text is about: a number may stand for several, and a person may write from an older number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from milo_app.domain import records as r
from milo_app.services.ports import UnitOfWork

#: States in which texting still leads somewhere.
LIVE = (r.ApplicationState.IN_PROGRESS, r.ApplicationState.INVITED, r.ApplicationState.EVALUATING)

#: What an inbound text is kept as: one about an application, a keyword (which says nothing of which interview is
#: meant), one whose application is still asked for, or one from a number that nobody here knows.
INTERVIEW, KEYWORD, PARKED, STRANGER = "interview", "keyword", "parked", "stranger"


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """What a text is about: one `application`; or any of `between` (newest first), which only the sender can tell; or
    nobody's. `named`: the text says so itself, by the application's short code."""

    application: r.Application | None = None
    between: tuple[r.Application, ...] = ()
    named: bool = False


def addressee(uow: UnitOfWork, number: str, body: str) -> Addressee:
    """Whose text this is: of the application whose short code it names; else of the one being asked by text; else of
    the newest that is still going on; else of the newest."""
    found = known(uow, number)
    named = next((a for a in found if without_code(body, a.short_code) is not None), None)
    if named is not None:
        return Addressee(application=named, named=True)
    talking = [a for a in found if is_talking(a)]
    if len(talking) > 1:
        one = _conversed_with(uow, number, talking)
        return Addressee(application=one) if one else Addressee(between=tuple(talking))
    live = [a for a in found if a.state in LIVE]
    return Addressee(application=next(iter([*talking, *live, *found]), None))


def known(uow: UnitOfWork, number: str) -> list[r.Application]:
    """The applications of whoever has *number*, or agreed to texts on it once, newest first; no previews."""
    found = [application for application, _ in uow.applications.by_phone(number)]
    if not found:
        agreed = uow.consents.find(kind="sms", phone=number, given=True)
        people = {consent.candidate_id for consent in agreed if consent.candidate_id}
        found = [a for person in people for a in uow.applications.find(candidate_id=person)]
        found.sort(key=lambda application: application.id, reverse=True)
    return [application for application in found if not application.preview]


def is_talking(application: r.Application) -> bool:
    """Whether it is being interviewed by text."""
    in_progress = application.state is r.ApplicationState.IN_PROGRESS
    return in_progress and application.stage == "sms" and application.consented_at is not None


def _conversed_with(uow: UnitOfWork, number: str, talking: Sequence[r.Application]) -> r.Application | None:
    """The one of several that the sender must mean: it alone has texted since they last wrote, or they wrote to it last
    and no other has texted since. None where that is not clear."""
    texts = {"channel": r.Channel.SMS, "order": "-id"}
    last = uow.messages.first(**texts, direction="in", sender=number, kind=INTERVIEW)
    sent = uow.messages.find(**texts, direction="out", to=number, limit=30)
    reached = {
        m.application_id
        for m in sent
        if (last is None or m.id > last.id)
        and m.state not in (r.MessageState.SUPPRESSED, r.MessageState.FAILED)
        and not m.variables.get("to_keyword")
    }
    here = {a.id: a for a in talking}
    asking = reached & set(here)
    if last is not None and last.application_id in here and asking <= {last.application_id}:
        return here[str(last.application_id)]
    return here[str(asking.pop())] if len(asking) == 1 else None


def without_code(body: str, code: str) -> str | None:
    """*body* without the short code that it begins or ends with; None where it does not name it."""
    words = body.split()
    for at in (0, -1):
        if code and words and words[at].strip(".,:;!?#()\"'").upper() == code:
            rest = words[1:] if at == 0 else words[:-1]
            return "" if [w.lower() for w in rest] in (["code"], ["codigo"], ["ref"]) else " ".join(rest)
    return None


def claim_parked(uow: UnitOfWork, number: str, application: r.Application) -> None:
    """What *number* wrote before it said which application it meant now belongs to *application*."""
    for text in parked(uow, number):
        uow.messages.save(
            replace(
                text,
                workspace_id=application.workspace_id,
                application_id=application.id,
                candidate_id=application.candidate_id,
            )
        )


def parked(uow: UnitOfWork, number: str, application_id: str | None = None) -> list[r.Message]:
    """The texts of *number* that wait, oldest first: for their application to be told, or then to be answered."""
    return uow.messages.find(
        channel=r.Channel.SMS,
        direction="in",
        sender=number,
        kind=PARKED,
        application_id=application_id,
        order="id",
    )


def host(uow: UnitOfWork) -> r.Workspace | None:
    """The workspace that answers for the instance where a text is nobody's: its oldest that is no demo."""
    return uow.workspaces.first(is_demo=False, order="id") or uow.workspaces.first(order="id")
