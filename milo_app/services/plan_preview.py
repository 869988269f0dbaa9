"""What a candidate will see of a draft, screen by screen, in the candidate's own words; also of a draft that is not whole."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from milo_app.domain import brand as brands
from milo_app.domain import records as r
from milo_app.domain import stages as stage_types
from milo_app.domain import wording
from milo_app.domain.plan import Question, QuestionKind, StageKind
from milo_app.domain.wording import Medium
from milo_app.services import links, words

#: Where on the page the brand's colours hold.
WITHIN = ".seen-by-candidate"


def of_draft(draft: Mapping[str, Any], workspace: r.Workspace, needs: list[str]) -> dict[str, Any]:
    """`{screens, tabs, name, logo, css}`: *screens* in the order of the way, each {id, tab, eyebrow, heading, texts, needs,
    steps, control, options, help, bubbles, buttons}; *tabs* [{tab, name, first}], *first* being its first screen's id."""
    language = "es" if str(draft.get("language") or "en").startswith("es") else "en"
    brand = links.brand_of(workspace)
    screens = [_welcome(draft, brand, language, needs)]
    for stage in _dicts(draft.get("stages")):
        screens += _STAGES.get(str(stage.get("kind")), _nothing)(stage, language)
    screens.append(_done(draft, brand, language))
    tabs: dict[str, dict[str, str]] = {}
    for screen in screens:
        tabs.setdefault(
            screen["tab"], {"tab": screen["tab"], "name": screen["tab_name"], "first": screen["id"]}
        )
    return {
        "screens": screens,
        "tabs": list(tabs.values()),
        "name": str(brand["name"]),
        "logo": str(brand["logo_url"]),
        "css": brands.css(brand, within=WITHIN),
    }


def _screen(id: str, tab: str, tab_name: str, **given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "eyebrow": "",
        "heading": "",
        "texts": [],
        "needs": [],
        "steps": [],
        "control": "",
        "options": [],
        "help": "",
        "bubbles": [],
        "buttons": [],
    }
    return {"id": id, "tab": tab, "tab_name": tab_name, **empty, **given}


def _welcome(
    draft: Mapping[str, Any], brand: Mapping[str, Any], language: str, needs: list[str]
) -> dict[str, Any]:
    def say(key: str, **facts: object) -> str:
        return words.say(language, key, **facts)

    facts = [str(draft.get(name) or "") for name in ("location", "employment", "pay")]
    stages = _dicts(draft.get("stages"))
    minutes = [_whole(stage.get("minutes"), 5) for stage in stages]
    return _screen(
        "welcome",
        "welcome",
        "Welcome",
        eyebrow=" · ".join(fact for fact in facts if fact),
        heading=str(draft.get("title") or "Untitled role"),
        texts=_paragraphs(
            str(draft.get("welcome") or say("p.welcome", company=brand["name"])), draft.get("description")
        ),
        needs=[need[:1].upper() + need[1:] for need in needs],
        help=say("p.you_need"),
        steps=[
            {"name": _name(stage), "minutes": say("p.about_minutes", n=n)}
            for stage, n in zip(stages, minutes, strict=True)
        ],
        buttons=[say("start")],
    )


def _done(draft: Mapping[str, Any], brand: Mapping[str, Any], language: str) -> dict[str, Any]:
    return _screen(
        "done",
        "done",
        "Thank-you",
        heading=words.say(language, "p.status.completed"),
        texts=_paragraphs(
            str(draft.get("thanks") or words.say(language, "p.status_text.completed", company=brand["name"]))
        ),
    )


def _resume(stage: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    title = words.say(language, "resume.title")
    out = [
        _screen(
            "resume",
            "resume",
            _name(stage),
            heading=title,
            texts=_paragraphs(stage.get("intro")),
            control="resume",
            options=[words.say(language, key) for key in ("js.file_choose", "js.file_kinds", "js.paste")],
        )
    ]
    asked = [c for c in _dicts(stage.get("criteria")) if c.get("kind") == "eligibility"]
    for one in asked:
        out.append(
            _screen(
                str(one.get("id")),
                "resume",
                _name(stage),
                eyebrow=words.say(language, "resume.confirm"),
                heading=str(one.get("question") or one.get("text") or ""),
                help=words.say(language, "resume.confirm_text"),
                control="yes_no",
                options=[words.say(language, "yes"), words.say(language, "no")],
                buttons=[words.say(language, "continue")],
            )
        )
    return out


def _form(stage: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    questions = _dicts(stage.get("questions"))
    out: list[dict[str, Any]] = []
    for n, q in enumerate(questions, 1):
        kind = str(q.get("kind", ""))
        options = [str(o) for o in _list(q.get("options"))]
        if kind == QuestionKind.YES_NO:
            options = [words.say(language, "yes"), words.say(language, "no")]
        optional = "" if q.get("required", True) else f" {words.say(language, 'optional')}"
        unit = f" ({q['unit']})" if q.get("unit") else ""
        last = n == len(questions)
        buttons = [words.say(language, "review" if last else "continue")]
        out.append(
            _screen(
                str(q.get("id")),
                "form",
                _name(stage),
                eyebrow=words.say(language, "form.progress", n=n, count=len(questions)),
                heading=str(q.get("text") or "…") + optional,
                texts=_paragraphs(stage.get("intro")) if n == 1 else [],
                help=str(q.get("help") or "") + unit,
                control=kind,
                options=options or [str(q.get(name) or "") for name in ("minimum", "maximum")],
                buttons=buttons + ([words.say(language, "back")] if n > 1 else []),
            )
        )
    return out


def _sms(stage: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    def said(q: Mapping[str, Any]) -> str:
        question = _question(q)
        return wording.ask(question, language, Medium.SMS) if question else str(q.get("text") or "…")

    out: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = (
        [{"text": str(stage["intro"]), "mine": False}] if stage.get("intro") else []
    )
    for q in _dicts(stage.get("questions")):
        out.append(
            _screen(
                str(q.get("id")),
                "sms",
                _name(stage),
                control="sms",
                bubbles=[*before, {"text": said(q), "mine": False}],
            )
        )
        before = [{"text": said(q), "mine": False}, {"text": "…", "mine": True}]
    return out


def _voice(stage: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for n, q in enumerate(_dicts(stage.get("questions")), 1):
        question = _question(q)
        intro = f"{stage['intro']} " if n == 1 and stage.get("intro") else ""
        said = wording.ask(question, language, Medium.WEB) if question else str(q.get("text") or "…")
        out.append(
            _screen(
                str(q.get("id")),
                "voice",
                _name(stage),
                heading=intro + said,
                control="video" if stage.get("video") else "voice",
                buttons=[words.say(language, "type_instead")],
            )
        )
    return out


def _nothing(stage: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    return []


_STAGES = {
    str(StageKind.RESUME): _resume,
    str(StageKind.FORM): _form,
    str(StageKind.SMS): _sms,
    str(StageKind.VOICE): _voice,
}


def _question(q: Mapping[str, Any]) -> Question | None:
    """The question as the engine knows it, where the draft has enough of it."""
    if q.get("kind") not in set(QuestionKind):
        return None
    options = tuple(str(o) for o in _list(q.get("options")))
    with contextlib.suppress(TypeError, ValueError, KeyError):
        return Question(
            id=str(q.get("id")),
            kind=QuestionKind(str(q["kind"])),
            text=str(q.get("text") or "…"),
            help=str(q.get("help") or ""),
            options=options,
            unit=str(q.get("unit") or ""),
        )
    return None


def _name(stage: Mapping[str, Any]) -> str:
    kind = str(stage.get("kind", ""))
    return stage_types.of(kind).label() if kind in set(StageKind) else kind


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _whole(value: Any, default: int) -> int:
    return int(value) if str(value).isdigit() else default


def _paragraphs(*texts: Any) -> list[str]:
    return [part.strip() for text in texts for part in str(text or "").split("\n\n") if part.strip()]
