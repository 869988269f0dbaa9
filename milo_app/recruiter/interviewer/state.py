"""The builder: every edit is kept at once as a draft; publishing is a step of its own."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import interviewers, plan_editing


class InterviewerState(DeskState, rx.State):
    """One interviewer's draft as the page shows it."""

    interviewer: str = ""
    facts: dict[str, Any] = {}
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    stages: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    checklist: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    needs: list[str] = []
    saved: str = ""
    open_item: str = ""
    seen: dict[str, Any] = {}
    screen: dict[str, Any] = {}
    previewing: bool = False
    _at: str = "welcome"

    @member("viewer")
    async def opened(self, actor: MemberActor) -> None:
        """Read the draft that the address names."""
        await self._greet(actor)
        asked = self._asked("i")
        if asked != self.interviewer:
            self.ready = False
        self.interviewer, self.saved, self.open_item = asked, "", ""
        self._at, self.previewing = "welcome", False
        self._show(await run(plan_editing.opened, actor, interviewer_id=asked))

    @member("recruiter")
    async def typed(self, actor: MemberActor, path: str, value: str) -> None:
        """A field was left with *value* in it."""
        await self._edit(actor, "put", path, value)

    @member("recruiter")
    async def ticked(self, actor: MemberActor, path: str, on: bool) -> None:
        await self._edit(actor, "put", path, on)

    @member("viewer")
    async def item_pressed(self, actor: MemberActor, item: str) -> None:
        """Open one question or criterion, or close the open one."""
        self.open_item = "" if self.open_item == item else item
        self._look_at(item)

    @member("viewer")
    async def tab_chosen(self, actor: MemberActor, tab: str) -> None:
        """Show the first screen of another part of the candidate's way."""
        self._look_at(next((one["first"] for one in self.seen["tabs"] if one["tab"] == tab), ""))

    @member("viewer")
    async def screen_turned(self, actor: MemberActor, by: int) -> None:
        """The next screen of the candidate's way, or the one before."""
        ids = [one["id"] for one in self.seen["screens"]]
        self._look_at(ids[min(max(ids.index(self.screen["id"]) + by, 0), len(ids) - 1)])

    @member("viewer")
    async def preview_toggled(self, actor: MemberActor) -> None:
        """On a narrow screen the preview stands in the builder's place."""
        self.previewing = not self.previewing

    @member("recruiter")
    async def scored(self, actor: MemberActor, path: str, on: bool) -> None:
        """Whether a question is scored by a criterion."""
        await self._edit(actor, "scored", path, on)

    @member("recruiter")
    async def pressed(self, actor: MemberActor, action: str, path: str, value: str) -> None:
        """Add, remove, up or down."""
        await self._edit(actor, action, path, value)

    @member("recruiter")
    async def published(self, actor: MemberActor) -> None:
        """Make the draft the version that new candidates get."""
        try:
            version = await run(interviewers.publish, actor, interviewer_id=self.interviewer)
        except Invalid:
            self._say("Something is missing yet; it is listed under the checklist.", "problem")
            return
        self._show(await run(plan_editing.opened, actor, interviewer_id=self.interviewer))
        self._say(f"Version {version.number} is live. You can invite candidates now.")

    async def _edit(self, actor: MemberActor, action: str, path: str, value: Any) -> None:
        edit = {"interviewer_id": self.interviewer, "action": action, "path": path, "value": value}
        view = await run(plan_editing.edit, actor, **edit)
        self._at = view["added"] or _screen_of(path, self.stages) or self._at
        self._show(view)
        self.saved, self.open_item = "Saved", view["added"] or self.open_item

    def _show(self, view: dict[str, Any]) -> None:
        parts = ("texts", "errors", "stages", "missing", "checklist", "problems", "needs", "seen")
        for part in parts:
            setattr(self, part, view[part])
        self.facts = {name: value for name, value in view.items() if name not in (*parts, "added")}
        self._look_at(self._at)
        self.ready = True

    def _look_at(self, screen: str) -> None:
        """Show that screen of the candidate's way; an unknown one changes nothing, a removed one leads to the first."""
        screens = {one["id"]: one for one in self.seen["screens"]}
        found = screens.get(screen) or screens.get(self._at) or screens["welcome"]
        self._at, self.screen = found["id"], found


def _screen_of(path: str, stages: list[dict[str, Any]]) -> str:
    """Which screen shows best what is edited at *path* of the plan; empty where none does."""
    if path == "thanks":
        return "done"
    if not path.startswith("stages["):
        return (
            "welcome" if path in ("title", "description", "welcome", "location", "employment", "pay") else ""
        )
    items = [item for stage in stages for item in (*stage["questions"], *stage["criteria"])]
    within = next((item["id"] for item in items if path.startswith(item["path"])), "")
    first = (stage["questions"][:1] for stage in stages if path.startswith(stage["path"]))
    return within or next((found[0]["id"] for found in first if found), "")
