"""The table of candidates: found, filtered, sorted, decided on, added to; live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from milo_app.access.guards import member
from milo_app.access.running import run, run_outside
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import candidate_table, csv_intake, decisions

_FILTERS = ("search", "state", "decision", "stage", "sort", "interviewer")
_WORDS = {"shortlisted": "Shortlisted", "dismissed": "Dismissed", "none": "Decision cleared for"}


class CandidatesState(DeskState, rx.State):
    """The filters are the reader's own; rows are read with the reader's rights each time."""

    rows: list[dict[str, Any]] = []
    next: list[Any] = []
    total: str = ""
    title: str = ""
    roles: list[list[str]] = []
    published: bool = False
    apply_url: str = ""
    interviewer: str = ""
    search: str = ""
    state: str = ""
    decision: str = ""
    stage: str = ""
    sort: str = "-updated_at"
    review: bool = False
    selected: list[str] = []
    all_on: bool = False
    ticks: int = 0
    dismissing: bool = False
    adding: bool = False
    form: int = 0
    errors: dict[str, str] = {}
    added: dict[str, str] = {}
    found: list[dict[str, Any]] = []
    _csv: str = ""

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        """Take the filters from the address, read the first page, follow what changes."""
        await self._greet(actor)
        self.interviewer, self.search = self._asked("i"), self._asked("q")
        self.state, self.decision, self.stage = (
            self._asked("state"),
            self._asked("decision"),
            self._asked("stage"),
        )
        self.sort, self.review = self._asked("sort") or "-updated_at", self._asked("review") == "1"
        self.adding, self.found, self.added, self.errors = False, [], {}, {}
        self._tick([])
        await self._read(actor)
        return CandidatesState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Keep the shown rows live while the page is open."""

        async def show(actor: MemberActor) -> None:
            async with self:
                asked, shown = self._query(), len(self.rows)
            page = await run(candidate_table.table, actor, **asked, limit=max(50, shown))
            async with self:
                if asked == self._query():
                    self._show(page)

        await self._follow(actor, show)

    @member("viewer")
    async def filter_changed(self, actor: MemberActor, name: str, value: str) -> None:
        """A filter, the search or the order was changed."""
        if name in _FILTERS:
            setattr(self, name, value[:100])
            self._tick([])
            await self._read(actor)

    @member("viewer")
    async def review_changed(self, actor: MemberActor, on: bool) -> None:
        self.review = on
        self._tick([])
        await self._read(actor)

    @member("viewer")
    async def cleared(self, actor: MemberActor) -> None:
        """Take every filter away."""
        self.search = self.state = self.decision = self.stage = ""
        self.review, self.form = False, self.form + 1
        await self._read(actor)

    @member("viewer")
    async def more_clicked(self, actor: MemberActor) -> None:
        """The next page, below the rows that are shown."""
        page = await run(candidate_table.table, actor, **self._query(), after=self.next)
        self.rows, self.next = self.rows + page["rows"], page["next"]

    @member("viewer")
    async def row_ticked(self, actor: MemberActor, application_id: str, on: bool) -> None:
        rest = [id for id in self.selected if id != application_id]
        self.selected = [*rest, application_id] if on else rest

    @member("viewer")
    async def all_ticked(self, actor: MemberActor, on: bool) -> None:
        self._tick([row["id"] for row in self.rows][: decisions.MOST] if on else [])
        self.all_on = on

    @member("recruiter")
    async def decided(self, actor: MemberActor, decision: str) -> None:
        """Shortlist, or clear the decision of, everyone ticked."""
        changed = await run(decisions.decide, actor, application_ids=self.selected, decision=decision)
        self._tick([])
        await self._read(actor)
        self._say(f"{_WORDS[decision]} {len(changed)}." if changed else "It was so already; nothing changed.")

    @member("recruiter")
    async def dismiss_asked(self, actor: MemberActor, on: bool) -> None:
        self.dismissing = on

    @member("recruiter")
    async def dismissed(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Dismiss everyone ticked, with the reason given."""
        reason = str(form.get("reason", ""))
        changed = await run(
            decisions.decide, actor, application_ids=self.selected, decision="dismissed", reason=reason
        )
        self._tick([])
        self.dismissing = False
        await self._read(actor)
        self._say(
            f"Dismissed {len(changed)}. Nothing was sent to them; you can clear the decision at any time."
        )

    @member("recruiter")
    async def adding_toggled(self, actor: MemberActor) -> None:
        self.adding, self.errors, self.added, self.found = not self.adding, {}, {}, []
        self._csv = ""

    @member("recruiter")
    async def added_by_hand(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Add one person and invite them."""
        await self._try(actor, lambda: self._add(actor, form))

    @member("recruiter")
    async def csv_checked(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Show what a CSV would do, before anyone is invited."""
        self._csv = str(form.get("csv", ""))
        await self._try(actor, lambda: self._check_csv(actor))

    @member("recruiter")
    async def csv_confirmed(self, actor: MemberActor) -> None:
        """Add and invite everyone of the checked CSV."""
        done = await run_outside(
            csv_intake.ingest_all, actor, interviewer_id=self.interviewer, text=self._csv
        )
        invited = sum(row["outcome"] == "invited" for row in done)
        self.found, self._csv, self.form = [], "", self.form + 1
        await self._read(actor)
        self._say(f"Invited {invited} of {len(done)}.")

    async def _try(self, actor: MemberActor, work: Callable[[], Any]) -> None:
        """Do *work*, putting what is wrong beside its field."""
        self.errors, self.added, self.notice = {}, {}, ""
        try:
            await work()
        except Invalid as problem:
            self.errors = problem.fields or {"csv": problem.message}

    async def _add(self, actor: MemberActor, form: dict[str, Any]) -> None:
        self.added = await run(
            candidate_table.add_candidate,
            actor,
            interviewer_id=self.interviewer,
            name=str(form.get("name", "")),
            email=str(form.get("email", "")),
            phone=str(form.get("phone", "")),
            sms_consent=bool(form.get("sms_consent")),
        )
        self.form += 1
        await self._read(actor)

    async def _check_csv(self, actor: MemberActor) -> None:
        self.found = await run(csv_intake.preview, actor, interviewer_id=self.interviewer, text=self._csv)

    async def _read(self, actor: MemberActor) -> None:
        self._show(await run(candidate_table.table, actor, **self._query()))

    def _tick(self, ids: list[str]) -> None:
        """Tick exactly these. The boxes keep their own state while they are pressed, so they are drawn anew here."""
        self.selected, self.all_on, self.ticks = ids, False, self.ticks + 1

    def _query(self) -> dict[str, Any]:
        """The filters as the service takes them."""
        return {
            "interviewer_id": self.interviewer,
            "search": self.search,
            "state": self.state,
            "decision": self.decision,
            "stage": self.stage,
            "review": self.review,
            "sort": self.sort,
        }

    def _show(self, page: dict[str, Any]) -> None:
        self.rows, self.next, self.total = page["rows"], page["next"], page["total"]
        self.title, self.roles = page["title"], page["roles"]
        self.published, self.apply_url, self.ready = page["published"], page["apply_url"], True
