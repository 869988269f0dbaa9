"""Who acts. Every service takes an actor as its second argument and sees only that actor's workspace."""

from __future__ import annotations

from dataclasses import dataclass

from milo_app.domain.records import Role

_ORDER = (Role.VIEWER, Role.RECRUITER, Role.ADMIN)


@dataclass(frozen=True, kw_only=True)
class MemberActor:
    """A signed-in member."""

    workspace_id: str
    member_id: str
    role: Role
    name: str = ""
    email: str = ""
    session_id: str = ""

    def can(self, role: Role | str) -> bool:
        """Whether this member has at least *role*."""
        return _ORDER.index(self.role) >= _ORDER.index(Role(role))

    def __str__(self) -> str:
        return f"member:{self.member_id}"


@dataclass(frozen=True, kw_only=True)
class CandidateActor:
    """The holder of one application's link. `ip` is kept with a consent only."""

    workspace_id: str
    application_id: str
    candidate_id: str
    preview: bool = False
    ip: str = ""

    def __str__(self) -> str:
        return f"candidate:{self.candidate_id}"


@dataclass(frozen=True, kw_only=True)
class SystemActor:
    """Milo itself: a workflow, a sweep, the command line. `workspace_id` None means every workspace."""

    workspace_id: str | None = None
    name: str = "system"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Nobody known: a public page. `workspace_id` comes from the page's address, `network` is the throttling key."""

    workspace_id: str | None = None
    network: str = ""

    def __str__(self) -> str:
        return "visitor"


Actor = MemberActor | CandidateActor | SystemActor | Visitor
