"""How candidates are written to: when, how often, about what, and in whose name."""

from __future__ import annotations

from typing import Any

import reflex as rx

from milo_app import ui
from milo_app.recruiter.frame import frame
from milo_app.recruiter.message_policy.state import MessagePolicyState as S
from milo_app.recruiter.settings.tabs import settings_tabs

_HERE = "/app/settings/messages/"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def page() -> rx.Component:
    """Everybody chooses their own notices; the rest is for administrators."""
    return frame(
        S,
        ui.page_header("Messages", ui.button_link("Messages to many", "/app/message/")),
        settings_tabs(_HERE),
        rx.cond(S.is_admin, _switch()),
        _notices(),
        rx.cond(
            S.is_admin,
            rx.fragment(_sender(), _policy()),
            ui.notice("Administrators decide how candidates are written to.", live=False),
        ),
        current="/app/settings/",
        title="Messages",
    )


def _switch() -> rx.Component:
    off = S.policy["off"].to(bool)
    return ui.card(
        rx.cond(
            off,
            rx.el.p(
                "All messages to candidates are stopped. Nothing goes out, not even answers to texts they send."
            ),
            rx.el.p("Messages to candidates go out as set below.", class_name="muted"),
        ),
        rx.el.div(
            rx.cond(
                off,
                ui.button("Send messages again", on_click=S.switched(False)),
                ui.button("Stop all messages", kind="danger", on_click=S.switched(True)),
            ),
            class_name="actions",
        ),
        title="Everything at once",
    )


def _notices() -> rx.Component:
    return ui.card(
        rx.el.form(
            ui.field(
                "Email me when a candidate has finished",
                ui.select(
                    "report_ready",
                    [
                        ("own", "For interviewers that I made"),
                        ("all", "For every interviewer"),
                        ("none", "Never"),
                    ],
                    name="report_ready",
                    default_value=S.notices,
                ),
                id="report_ready",
                error=S.errors.get("report_ready", ""),
            ),
            ui.button("Save my notices", kind="secondary", type="submit"),
            on_submit=S.notices_chosen,
            key="notices-" + S.form.to_string(),
            class_name="stack-s max-w-xl",
        ),
        title="What I am told",
    )


def _sender() -> rx.Component:
    def field(key: str, label: str, help: Any, **props: Any) -> rx.Component:
        id = f"sender_{key}"
        control = ui.text_input(
            id, name=id, default_value=S.sender.get(key, ""), aria_invalid=S.errors.contains(key), **props
        )
        return ui.field(label, control, id=id, help=help, error=S.errors.get(key, ""), optional=True)

    return ui.card(
        rx.el.form(
            rx.el.p("Without these, emails come from ", S.instead, ".", class_name="muted break-words"),
            field("name", "Sender's name", "People open mail from a company they applied to.", max_length=80),
            field(
                "address", "Sender's address", "Of a domain that this instance sends for: " + S.domains + "."
            ),
            field("reply_to", "Answers go to", "A mailbox that somebody reads.", type="email"),
            ui.button("Save sender", kind="secondary", type="submit"),
            on_submit=S.sender_saved,
            key="sender-" + S.form.to_string(),
            class_name="stack-s max-w-xl",
        ),
        title="Sender of emails",
    )


def _policy() -> rx.Component:
    return rx.el.form(
        _reminders(),
        _outcomes(),
        _hours(),
        _caps(),
        rx.el.div(ui.button("Save", type="submit"), class_name="actions"),
        on_submit=S.saved,
        key="policy-" + S.form.to_string(),
        class_name="stack",
        no_validate=True,
    )


def _reminders() -> rx.Component:
    return ui.card(
        _check("nudges_off", "Send no reminders at all"),
        ui.table(
            ["While nothing happens", "Remind after hours", "At most"],
            rx.foreach(S.waits, _wait),
            caption="Reminders while nothing happens",
        ),
        _number(
            "deadline_hours",
            "Hours before the time is over",
            "Reminders of the deadline, such as 72, 24. Empty for none.",
            kind="text",
        ),
        _number("oldest_days", "Stop reminding after days", "Counted from the invitation."),
        rx.el.p(
            "Whoever goes on, asks a person for something, or writes STOP is not reminded meanwhile.",
            class_name="muted text-sm",
        ),
        title="Reminders",
    )


def _wait(row: Any) -> rx.Component:
    def cell(prefix: str, value: str, label: str) -> rx.Component:
        name = prefix + "-" + row["stage"].to(str)
        return rx.el.td(
            rx.el.input(
                name=name,
                default_value=row[value],
                input_mode="numeric",
                aria_label=label + ": " + row["name"].to(str),
                aria_invalid=S.errors.contains(name),
                class_name="input max-w-[6rem]",
            ),
            rx.cond(S.errors.contains(name), rx.el.p(S.errors[name], class_name="error")),
        )

    return rx.el.tr(
        rx.el.th(row["name"], scope="row", class_name="border-b border-(--line) !text-(--ink)"),
        cell("after", "after", "Remind after hours"),
        cell("most", "most", "At most"),
        key=row["stage"].to(str),
    )


def _outcomes() -> rx.Component:
    return ui.card(
        _check("final_notice", "When the time is over, say so, and how to ask for more"),
        _check("completed", "When everything has arrived, say thank you"),
        _check("stopped", "When a requirement is not met, write that the interview ends (ten minutes later)"),
        _check("decision", "Let members tell candidates by email what was decided"),
        _check("report_ready", "Tell members when a report is ready"),
        _number(
            "scheduling_url",
            "Scheduling link",
            "Where to choose a time to talk, sent ten minutes after shortlisting. Empty for none.",
            kind="url",
        ),
        title="Outcomes",
    )


def _hours() -> rx.Component:
    return ui.card(
        ui.field(
            "Time zone of the workspace",
            rx.el.select(
                rx.foreach(S.zones, lambda zone: rx.el.option(zone, value=zone)),
                id="time_zone",
                name="time_zone",
                default_value=S.policy["time_zone"].to(str),
                class_name="input max-w-xl",
            ),
            id="time_zone",
            help="Of business hours, and of candidates whose own is not known.",
            error=S.errors.get("time_zone", ""),
        ),
        rx.el.div(
            _number("quiet_opens", "Texts and reminders from", "The candidate's own hour, 8 to 12."),
            _number("quiet_closes", "until", "The candidate's own hour, 17 to 21."),
            _number("business_opens", "Members are told from", "Your hour, 0 to 23."),
            _number("business_closes", "until", "Your hour, 1 to 24."),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        ui.group(
            "Business days",
            rx.el.div(
                *[
                    ui.checkbox(day, name=f"day-{n}", default_checked=S.days.contains(str(n)))
                    for n, day in enumerate(_DAYS)
                ],
                class_name="flex flex-wrap gap-x-5",
            ),
            error=S.errors.get("business_days", ""),
            id="business-days",
        ),
        title="Hours",
    )


def _caps() -> rx.Component:
    return ui.card(
        rx.el.div(
            _number("per_day", "Messages a day", "To one candidate, unasked."),
            _number("per_week", "Messages a week", "To one candidate, unasked."),
            _number("cooldown_hours", "Hours between two", "To one candidate, unasked."),
            _number("per_minute", "A message to many goes to", "candidates a minute."),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        rx.el.p(
            "Answers to what a candidate writes, links they ask for and news of their own application always go.",
            class_name="muted text-sm",
        ),
        title="How often",
    )


def _check(name: str, label: str) -> rx.Component:
    return ui.checkbox(label, name=name, default_checked=S.policy[name].to(bool))


def _number(name: str, label: str, help: str = "", *, kind: str = "number") -> rx.Component:
    control = ui.text_input(
        name,
        name=name,
        type="text",
        input_mode={"number": "numeric", "url": "url"}.get(kind, "text"),
        default_value=S.policy[name].to(str),
        aria_invalid=S.errors.contains(name),
        class_name="max-w-xl" if kind == "url" else "max-w-[12rem]",
    )
    return ui.field(label, control, id=name, help=help, error=S.errors.get(name, ""))
