"""The table of candidates: found, filtered, sorted, decided on; live."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import routes
from milo_app.access.guards import member
from milo_app.access.running import run
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Invalid
from milo_app.recruiter.desk_state import DeskState
from milo_app.services import blasts, bulk, candidate_table, list_intake, saved_views

_FILTERS = (
    "search",
    "state",
    "decision",
    "stage",
    "source",
    "score_from",
    "score_to",
    "sort",
    "interviewer",
)
#: How the address names what its own words would not.
_ADDRESS = {"search": "q", "interviewer": "i", "score_from": "from", "score_to": "to"}
_NO_QUESTION: dict[str, Any] = {
    "kind": "",
    "question": "",
    "count": 0,
    "needs_reason": False,
    "can_undo": False,
    "tells": False,
}
#: How many rows can be ticked one by one; all that match can be more.
_MOST = 500


class CandidatesState(DeskState, rx.State):
    """The filters are the reader's own; rows are read with the reader's rights each time."""

    rows: list[dict[str, Any]] = []
    next: list[Any] = []
    previous: list[Any] = []
    total: str = ""
    title: str = ""
    roles: list[list[str]] = []
    published: bool = False
    apply_url: str = ""
    export_url: str = ""
    interviewer: str = ""
    search: str = ""
    state: str = ""
    decision: str = ""
    stage: str = ""
    source: str = ""
    score_from: str = ""
    score_to: str = ""
    sort: str = "-updated_at"
    review: bool = False
    columns: list[str] = list(saved_views.USUAL)
    views: list[dict[str, Any]] = []
    view: str = ""
    keeping: bool = False
    errors: dict[str, str] = {}
    selected: list[str] = []
    all_on: bool = False
    whole: bool = False
    ticks: int = 0
    form: int = 0
    asking: dict[str, Any] = dict(_NO_QUESTION)
    action: dict[str, Any] = dict(bulk.NOTHING)
    list_progress: dict[str, Any] = {"running": False, "done": 0, "total": 0, "text": ""}
    _place: dict[str, list[Any]] = {}

    @member("viewer")
    async def opened(self, actor: MemberActor) -> Any:
        """Take the filters from the address, read the page, follow what changes."""
        await self._greet(actor)
        for name in _FILTERS:
            setattr(self, name, self._asked(_ADDRESS.get(name, name)))
        self.sort, self.review = self.sort or "-updated_at", self._asked("review") == "1"
        self.view, self.keeping, self.errors, self.asking = "", False, {}, dict(_NO_QUESTION)
        await self._read_views(actor)
        await self._begin(actor)
        return CandidatesState.watch

    @member("viewer", background=True, supersedes=True)
    async def watch(self, actor: MemberActor) -> None:
        """Keep the shown rows live while the page is open."""

        async def show(actor: MemberActor) -> None:
            async with self:
                query, place = self._query(), dict(self._place)
            page = await run(candidate_table.table, actor, **query, **place)
            action = await run(bulk.latest, actor)
            progress = await run(list_intake.progress, actor)
            async with self:
                if (query, place) == (self._query(), self._place):
                    self._show(page)
                self.action, self.list_progress = action, progress

        await self._follow(actor, show)

    # --- What is shown

    @member("viewer")
    async def filter_changed(self, actor: MemberActor, name: str, value: str) -> None:
        """A filter, the search or the order was changed."""
        if name in _FILTERS:
            setattr(self, name, value[:100])
            self.view = ""
            await self._begin(actor)

    @member("viewer")
    async def review_changed(self, actor: MemberActor, on: bool) -> None:
        self.review, self.view = on, ""
        await self._begin(actor)

    @member("viewer")
    async def sorted_by(self, actor: MemberActor, column: str) -> None:
        """A column's head was pressed: sort by it, or the other way round."""
        first = column if column == "name" else f"-{column}"
        other = f"-{column}" if column == "name" else column
        self.sort = other if self.sort == first else first
        await self._begin(actor)

    @member("viewer")
    async def cleared(self, actor: MemberActor) -> None:
        """Take every filter away."""
        for name in _FILTERS:
            if name not in ("sort", "interviewer"):
                setattr(self, name, "")
        self.review, self.view, self.form = False, "", self.form + 1
        await self._begin(actor)

    @member("viewer")
    async def paged(self, actor: MemberActor, way: str) -> None:
        """The next page, or the previous one."""
        place = {"after": self.next} if way == "next" else {"before": self.previous}
        self._place = {name: value for name, value in place.items() if value}
        self._tick([])
        await self._read(actor)

    # --- Views and columns

    @member("viewer")
    async def view_chosen(self, actor: MemberActor, view_id: str) -> None:
        """Show the table as a kept view has it; none clears the filters."""
        chosen = next((view for view in self.views if view["id"] == view_id), None)
        filters = chosen["filters"] if chosen else {}
        for name in _FILTERS:
            setattr(self, name, str(filters.get(name) or ""))
        self.sort, self.review = self.sort or "-updated_at", filters.get("review") == "1"
        self.columns = list(chosen["columns"]) if chosen else self.columns
        self.view, self.form = view_id if chosen else "", self.form + 1
        await self._begin(actor)

    @member("viewer")
    async def keep_asked(self, actor: MemberActor, on: bool) -> None:
        self.keeping, self.errors = on, {}

    @member("viewer")
    async def view_saved(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Keep filters, order and columns under a name."""
        filters = {name: getattr(self, name) for name in _FILTERS} | {"review": "1" if self.review else ""}
        try:
            self.view = await run(
                saved_views.save,
                actor,
                name=str(form.get("view", "")),
                filters=filters,
                columns=self.columns,
                shared=bool(form.get("shared")),
            )
        except Invalid as problem:
            self.errors = problem.fields
            return
        self.keeping = False
        await self._read_views(actor)
        self._say("The view is kept.")

    @member("viewer")
    async def view_removed(self, actor: MemberActor) -> None:
        await run(saved_views.remove, actor, view_id=self.view)
        self.view = ""
        await self._read_views(actor)
        self._say("The view is removed. Nothing else changed.")

    @member("viewer")
    async def column_ticked(self, actor: MemberActor, name: str, on: bool) -> None:
        """Show or hide a column, now and the next time."""
        rest = [one for one in self.columns if one != name]
        columns = [*rest, name] if on else rest
        self.columns = await run(saved_views.keep_columns, actor, columns=columns)

    # --- Selecting, deciding, undoing

    @member("viewer")
    async def row_ticked(self, actor: MemberActor, application_id: str, on: bool) -> None:
        rest = [id for id in self.selected if id != application_id]
        self.selected, self.whole = ([*rest, application_id] if on else rest)[:_MOST], False

    @member("viewer")
    async def all_ticked(self, actor: MemberActor, on: bool) -> None:
        self._tick([row["id"] for row in self.rows] if on else [])
        self.all_on = on

    @member("viewer")
    async def whole_chosen(self, actor: MemberActor) -> None:
        """Not just the rows of this page, but all that the filters leave."""
        self.whole = True

    @member("recruiter")
    async def asked(self, actor: MemberActor, kind: str) -> None:
        """Something was pressed for everyone selected: ask first, by number."""
        self.errors = {}
        self.asking = await run(bulk.ask, actor, kind=kind, **self._chosen())

    @member("recruiter")
    async def message_asked(self, actor: MemberActor) -> Any:
        """Write one message to everyone selected, on the page for that."""
        chosen = self._chosen()
        given = {"filters": chosen["wanted"]} if "wanted" in chosen else chosen
        return rx.redirect("/app/message/?b=" + await run(blasts.draft, actor, **given))

    @member("recruiter")
    async def ask_closed(self, actor: MemberActor) -> None:
        self.asking = dict(_NO_QUESTION)

    @member("recruiter")
    async def confirmed(self, actor: MemberActor, form: dict[str, Any]) -> None:
        """Do what was asked, for as many as were named."""
        given = {"reason": str(form.get("reason", "")), "tell": bool(form.get("tell"))}
        kind, count = str(self.asking["kind"]), int(self.asking["count"])
        try:
            self.action = await run(bulk.begin, actor, kind=kind, count=count, **self._chosen(), **given)
        except Invalid as problem:
            self.errors = problem.fields or {"reason": problem.message}
            return
        self.asking = dict(_NO_QUESTION)
        self._tick([])
        await self._read(actor)
        self.notice = ""

    @member("recruiter")
    async def undone(self, actor: MemberActor, action_id: str) -> None:
        """Put everything back as it was before."""
        self.action = await run(bulk.undo, actor, action_id=action_id)
        await self._read(actor)

    # --- Reading

    def _chosen(self) -> dict[str, Any]:
        """Who is meant: the ticked ones, or all that the filters leave."""
        if not self.whole:
            return {"application_ids": self.selected}
        wanted = self._query()
        wanted.pop("sort")
        return {"wanted": wanted}

    async def _begin(self, actor: MemberActor) -> None:
        """The first page, nobody ticked."""
        self._place = {}
        self._tick([])
        await self._read(actor)

    async def _read(self, actor: MemberActor) -> None:
        self._show(await run(candidate_table.table, actor, **self._query(), **self._place))
        self.action = await run(bulk.latest, actor)
        self.list_progress = await run(list_intake.progress, actor)

    async def _read_views(self, actor: MemberActor) -> None:
        kept = await run(saved_views.mine, actor)
        self.views, self.columns = kept["views"], kept["columns"]

    def _tick(self, ids: list[str]) -> None:
        """Tick exactly these. The boxes keep their own state while they are pressed, so they are drawn anew here."""
        self.selected, self.all_on, self.whole, self.ticks = ids, False, False, self.ticks + 1

    def _query(self) -> dict[str, Any]:
        """The filters as the service takes them."""
        given = {name: getattr(self, name) for name in _FILTERS if name != "interviewer"}
        return {**given, "interviewer_id": self.interviewer, "review": self.review}

    def _show(self, page: dict[str, Any]) -> None:
        self.rows, self.next, self.previous, self.total = (
            page["rows"],
            page["next"],
            page["previous"],
            page["total"],
        )
        self.title, self.roles = page["title"], page["roles"]
        self.published, self.apply_url, self.ready = page["published"], page["apply_url"], True
        self.export_url = routes.candidates_csv(self._query())
