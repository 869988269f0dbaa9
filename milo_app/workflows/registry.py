"""One durable workflow per `Work`: each step is one call of a service, tried again when it fails."""

from __future__ import annotations

import importlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dbos import DBOS, StepOptions

from milo_app import bootstrap
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Gone, NotFound
from milo_app.domain.records import Later
from milo_app.services.work import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """How a piece of work is done.

    `step` is `module:function`, called with the parts and the work's arguments. After `tries` failures, with pauses of
    `pause` seconds growing by `growth`, `gave_up` is called with the arguments and the reason; work without it is
    started anew after a while, so that nothing stays undone for ever because of an outage.
    """

    step: str
    tries: int = 4
    pause: float = 1.0
    growth: float = 3.0
    gave_up: str = ""


PLANS: dict[Work, Plan] = {
    Work.ADVANCE_APPLICATION: Plan("milo_app.services.advancement:advance"),
    Work.READ_RESUME: Plan("milo_app.services.resumes:read"),
    Work.JOIN_RECORDING: Plan("milo_app.services.recordings:join"),
    Work.DELIVER_MESSAGE: Plan(
        "milo_app.services.delivery:deliver", tries=6, gave_up="milo_app.services.delivery:give_up"
    ),
    Work.DELIVER_EMAIL: Plan(
        "milo_app.services.delivery:deliver", tries=6, gave_up="milo_app.services.delivery:give_up"
    ),
    Work.DELIVER_TEXT: Plan(
        "milo_app.services.delivery:deliver", tries=6, gave_up="milo_app.services.delivery:give_up"
    ),
    Work.READ_EMAIL: Plan("milo_app.services.inbound_email:read"),
    Work.LOOK_UP_MESSAGE: Plan("milo_app.services.delivery:look_up"),
    Work.HANDLE_INBOUND_TEXT: Plan("milo_app.services.texting:handle"),
    Work.SETTLE_TEXTS: Plan("milo_app.services.texting:settle"),
    Work.EVALUATE_CRITERION: Plan("milo_app.services.evaluations:evaluate_again"),
    Work.SEND_INTERVIEWER: Plan(
        "milo_app.services.rooms:send_interviewer", tries=3, gave_up="milo_app.services.rooms:give_up"
    ),
    Work.RUN_BULK: Plan("milo_app.services.bulk:run"),
    Work.INGEST_LIST: Plan("milo_app.services.list_intake:ingest_list"),
    Work.PLACE_CALL: Plan("milo_app.services.calls:place", gave_up="milo_app.services.calls:give_up"),
    Work.RECORD_CALL: Plan(
        "milo_app.services.call_recordings:begin", gave_up="milo_app.services.call_recordings:not_recorded"
    ),
    Work.TRANSCRIBE_ANSWER: Plan(
        "milo_app.services.transcripts:transcribe",
        tries=8,
        pause=2.0,
        gave_up="milo_app.services.transcripts:give_up",
    ),
    Work.FETCH_CALL_RECORDING: Plan(
        "milo_app.services.call_recordings:fetch",
        tries=6,
        pause=2.0,
        gave_up="milo_app.services.call_recordings:not_fetched",
    ),
    Work.SEND_BLAST: Plan("milo_app.services.blasts:step"),
    Work.FILL_PREVIEW: Plan("milo_app.services.previews:fill"),
    Work.INGEST_PEOPLE: Plan("milo_app.services.ingestions:run"),
    Work.DELIVER_WEBHOOK: Plan("milo_app.services.webhooks_out:deliver"),
}

#: When work that failed every try is started anew.
ANEW_AFTER = timedelta(minutes=10)

#: What another try cannot change: the thing was erased or closed meanwhile.
_SETTLED = (NotFound, Gone)


def run(work: Work, *ids: str) -> str:
    """Do *work*: "done", "settled" (what it was about is gone), "gave up" or "later"."""
    plan = PLANS[work]
    options: StepOptions = {
        "name": f"{work.value}.do",
        "retries_allowed": True,
        "max_attempts": plan.tries,
        # Not all at the same moment, when a provider comes back.
        "interval_seconds": plan.pause * random.uniform(0.8, 1.2),  # noqa: S311
        "backoff_rate": plan.growth,
        "should_retry": lambda error: not isinstance(error, _SETTLED),
    }
    try:
        return DBOS.run_step(options, _do, work, ids)
    except Exception as error:
        reason = _reason(error)
    log.error("%s failed for good: %s", work.value, reason, extra={"work": work.value, "ids": ids})
    return DBOS.run_step(
        {"name": f"{work.value}.give_up", "retries_allowed": True}, _give_up, work, ids, reason
    )


def _do(work: Work, ids: tuple[str, ...]) -> str:
    try:
        _function(PLANS[work].step)(bootstrap.deps(), *ids)
    except _SETTLED as gone:
        log.info("%s has nothing left to do: %s", work.value, gone)
        return "settled"
    except Exception:
        log.warning("%s failed, and may be tried again", work.value, exc_info=True, extra={"ids": ids})
        raise
    return "done"


def _give_up(work: Work, ids: tuple[str, ...], reason: str) -> str:
    deps = bootstrap.deps()
    if PLANS[work].gave_up:
        _function(PLANS[work].gave_up)(deps, *ids, reason)
        return "gave up"
    actor = SystemActor(name="workflow")
    with deps.uow.write(actor) as uow:
        workspace_id = _workspace_of(uow, ids[0])
        if workspace_id is None:
            return "settled"
        later = Later(
            id=uow.new_id(), workspace_id=workspace_id, work=work.value, args=ids, due_at=uow.now + ANEW_AFTER
        )
        uow.later.add(later)
    return "later"


def _workspace_of(uow: Any, id: str) -> str | None:
    """The workspace of what a work's first argument names."""
    kinds = (uow.applications, uow.files, uow.recordings, uow.messages, uow.bulk_actions, uow.blasts)
    kinds += (uow.ingestions, uow.webhook_deliveries)
    for repository in kinds:
        found = repository.maybe(id)
        if found is not None:
            return found.workspace_id
    return None


def _reason(error: BaseException) -> str:
    """The words of the last try's own error, which DBOS wraps."""
    errors = getattr(error, "errors", None)
    last = errors[-1] if errors else error
    return str(last) or type(last).__name__


def _function(path: str) -> Callable[..., Any]:
    # Looked up when called, not imported above: a worker loads only what it runs, and a test may name its own.
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def register() -> None:
    """Tell DBOS a workflow for every `Work`; doing so twice is harmless."""
    if _registered:
        return
    for work in Work:
        _registered[work] = DBOS.workflow(name=work.value, max_recovery_attempts=200)(_named(work))


_registered: dict[Work, Callable[..., str]] = {}


def _named(work: Work) -> Callable[..., str]:
    def workflow(*ids: str) -> str:
        return run(work, *ids)

    workflow.__name__ = workflow.__qualname__ = work.value
    return workflow
