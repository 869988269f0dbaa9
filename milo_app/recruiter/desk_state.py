"""What every desk page knows: who is signed in, and whether it has read what it shows."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from reflex.utils import prerequisites

from milo_app.access.guards import NoticeState, member_from_cookie
from milo_app.access.live import bell
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.records import Role
from milo_app.services import members, sessions

#: A page that stays open shows a change at most this often, in seconds.
PAUSE = 0.6
_LOOK_EVERY = 20.0


class DeskState(NoticeState, mixin=True):
    """`ready` turns true once a page has read what it shows. Emptied when its reader may no longer see it."""

    ready: bool = False
    me: str = ""
    company: str = ""
    can_edit: bool = False
    is_admin: bool = False

    async def _greet(self, actor: MemberActor) -> None:
        """Say who is signed in; a notice of an earlier page goes."""
        self.company, stale = await run(members.arrival, actor)
        if stale:
            await run(sessions.touch, actor)
        self.me = actor.name or actor.email
        self.can_edit, self.is_admin = actor.can(Role.RECRUITER), actor.can(Role.ADMIN)
        self.notice, self.leave = "", ""

    def _forget(self) -> None:
        """Show nothing any more: the guard found that this person may not see it."""
        self.reset()

    def _asked(self, name: str) -> str:
        """A parameter of the page's address: a claim of the browser's, checked by the service that gets it."""
        return str(self.router.url.query_parameters.get(name, ""))[:100]

    async def _follow(self, actor: MemberActor, show: Callable[[MemberActor], Awaitable[Any]]) -> None:
        """Call *show* after each change in the workspace until the tab is gone or its reader signed out.

        *show* runs outside the state's lock and must take it itself for as long as it sets vars.
        """
        seen = bell.now(actor.workspace_id)
        while _is_open(self.router.session.client_token):
            now = await bell.wait(actor.workspace_id, seen, _LOOK_EVERY)
            if now == seen:
                continue
            seen = now
            again = await member_from_cookie(self.router.headers.cookie)
            if again is None or again.workspace_id != actor.workspace_id:
                return
            await show(again)
            await asyncio.sleep(PAUSE)


@functools.cache
def _app() -> Any:
    return prerequisites.get_app().app


def _is_open(client_token: str) -> bool:
    """Whether the tab still has its connection to this process."""
    return client_token in _app().event_namespace.token_to_sid
