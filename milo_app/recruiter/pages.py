"""The desk's pages and their addresses. What an address names comes as a parameter, so that every page is prerendered."""

from __future__ import annotations

import reflex as rx

from milo_app.access import live
from milo_app.recruiter.candidates.page import page as candidates
from milo_app.recruiter.candidates.state import CandidatesState
from milo_app.recruiter.compare.page import page as compare
from milo_app.recruiter.compare.state import CompareState
from milo_app.recruiter.home.page import page as home
from milo_app.recruiter.home.state import HomeState
from milo_app.recruiter.interviewer.page import page as interviewer
from milo_app.recruiter.interviewer.state import InterviewerState
from milo_app.recruiter.message.page import page as message
from milo_app.recruiter.message.state import MessageState
from milo_app.recruiter.message_policy.page import page as message_policy
from milo_app.recruiter.message_policy.state import MessagePolicyState
from milo_app.recruiter.message_templates.page import page as message_templates
from milo_app.recruiter.message_templates.state import MessageTemplatesState
from milo_app.recruiter.new_interviewer.page import page as new_interviewer
from milo_app.recruiter.new_interviewer.state import NewInterviewerState
from milo_app.recruiter.report.page import page as report
from milo_app.recruiter.report.state import ReportState
from milo_app.recruiter.requests.page import page as requests
from milo_app.recruiter.requests.state import RequestsState
from milo_app.recruiter.settings.page import page as settings
from milo_app.recruiter.settings.state import SettingsState

_PAGES = (
    (home, "/app", "Home", HomeState.opened),
    (new_interviewer, "/app/interviewers/new", "New interviewer", NewInterviewerState.opened),
    (interviewer, "/app/interviewer", "Interviewer", InterviewerState.opened),
    (candidates, "/app/candidates", "Candidates", CandidatesState.opened),
    (compare, "/app/compare", "Compare", CompareState.opened),
    (report, "/app/report", "Report", ReportState.opened),
    (requests, "/app/requests", "Requests", RequestsState.opened),
    (message, "/app/message", "Message", MessageState.opened),
    (settings, "/app/settings", "Settings", SettingsState.opened),
    (message_policy, "/app/settings/messages", "Messages", MessagePolicyState.opened),
    (message_templates, "/app/settings/templates", "Templates", MessageTemplatesState.opened),
)


def register(app: rx.App) -> None:
    """Add every page of the desk to *app*, and what keeps the open ones live."""
    app.register_lifespan_task(live.follow)
    for page, route, title, opened in _PAGES:
        app.add_page(
            page,
            route=route,
            title=f"{title} · Milo",
            description="Milo, the recruiter's desk",
            on_load=opened,
        )
