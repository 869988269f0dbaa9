"""The one place that turns settings into adapters and a database. Nothing connects before it is first used."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from milo_app import config
from milo_app.adapters import identity
from milo_app.adapters.clock import SystemClock
from milo_app.config import Settings
from milo_app.db import executors
from milo_app.db.executors import ExecutorLocks
from milo_app.db.unit_of_work import Database
from milo_app.services.ports import (
    Clock,
    Deps,
    Email,
    Files,
    Instance,
    LanguageModel,
    OpenUnitOfWork,
    Phone,
    Rooms,
    Sms,
    Speech,
)

_lock = threading.Lock()
_settings: Settings | None = None
_deps: Deps | None = None


def build(settings: Settings, *, clock: Clock | None = None, patient: bool = False, **parts: Any) -> Deps:
    """The parts that *settings* ask for; *parts* (by their name in `Deps`) take their place in a test.

    *patient*: for a process that does durable work beside one that answers people, who come first.
    """
    who = identity.load(settings.data)
    clock = clock or SystemClock()
    instance = Instance(
        id=who.id,
        key=who.key,
        public_url=settings.public_url,
        local=settings.local,
        quiet_hours=not settings.local,
        sms_sender=settings.sms_sender,
        phone_number=_phone_number(settings),
        email_sender=settings.email_sender,
        email_domains=settings.sending_domains,
        inbound_domain=settings.inbound_domain,
        model_name=settings.llm_model,
        rooms=settings.livekit_on,
        hears=bool(settings.stt_model),
        speaks=bool(settings.tts_model),
        private_hooks=settings.local or settings.webhooks_private,
    )
    made: dict[str, Any] = {
        "uow": lambda: _uow(settings, clock, instance, patient),
        "email": lambda: _email(settings, clock),
        "sms": lambda: _sms(settings, clock),
        "phone": lambda: _phone(settings, clock, instance),
        "rooms": lambda: _rooms(settings, instance),
        "files": lambda: _files(settings),
        "documents": lambda: _Later("milo_app.adapters.documents", "SandboxedDocuments"),
        "media": lambda: _Later("milo_app.adapters.media", "PyAvMedia"),
        "speech": lambda: _speech(settings),
        "passwords": lambda: _Later("milo_app.adapters.passwords", "Argon2Passwords"),
        "evaluator": lambda: _Later("milo_app.adapters.evaluator", "BuiltInEvaluator"),
        "model": lambda: _model(settings),
        "renderer": lambda: _Later("milo_app.adapters.renderer", "TemplateRenderer"),
        "hooks": lambda: _hooks(settings),
    }
    chosen = {name: parts[name] if name in parts else make() for name, make in made.items()}
    return Deps(instance=instance, clock=clock, **chosen)


def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        config.Misconfigured: with one sentence that names the mend.
    """
    global _settings
    with _lock:
        if _settings is None:
            _settings = config.load()
        return _settings


def deps() -> Deps:
    """The parts of this process, built once, at the first call."""
    global _deps
    if _deps is None:
        chosen = settings()
        with _lock:
            if _deps is None:
                _deps = build(chosen)
    return _deps


def install(new_settings: Settings | None, new_deps: Deps | None) -> None:
    """Use these from now on (a test, the command line); None means: build again at the next call."""
    global _settings, _deps
    with _lock:
        _settings, _deps = new_settings, new_deps


def swap(**parts: Any) -> Deps:
    """The process's parts with some replaced, for a test."""
    global _deps
    _deps = replace(deps(), **parts)
    return _deps


def database(of: Deps) -> Database:
    """The database behind *of*, for migrations, health and shutting down.

    Raises:
        TypeError: when it is a stand-in.
    """
    if not isinstance(of.uow, Database):
        raise TypeError("These parts have no database.")
    return of.uow


def migrate(of: Settings) -> None:
    """Bring the database to the form that this code needs; safe from several processes at once."""
    from milo_app.db import migrating

    migrating.migrate(of)


def readiness(of: Deps) -> dict[str, Callable[[], object]]:
    """What has to answer before people may come: each raises where it does not."""

    def reachable() -> None:
        with database(of).reader.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def migrated() -> None:
        from milo_app.db import migrating

        with database(of).reader.connect() as connection:
            if not migrating.is_current(connection):
                raise RuntimeError("The database is older than this code: run make migrate.")

    return {"database": reachable, "migrations": migrated}


def executor_locks(of: Settings) -> ExecutorLocks:
    """Who runs durable work under which name, for whoever starts to."""
    return executors.executor_locks(of)


# Each part is imported where it is chosen: starting a command must not load the SDK of a provider it never calls.


def _uow(settings: Settings, clock: Clock, instance: Instance, patient: bool) -> OpenUnitOfWork:
    return Database(settings.database_url, clock, instance, patient=patient)


def _email(settings: Settings, clock: Clock) -> Email:
    if settings.resend_api_key:
        from milo_app.adapters.email.resend import ResendEmail

        return ResendEmail(
            settings.resend_api_key.get_secret_value(),
            base_url=settings.resend_api_url,
            rate=settings.email_rate,
        )
    if settings.smtp_url:
        from milo_app.adapters.email.smtp import SmtpEmail

        return SmtpEmail(settings.smtp_url.get_secret_value(), rate=settings.email_rate)
    from milo_app.adapters.email.local import LocalEmail

    return LocalEmail(settings.data / "mailbox", clock)


def _sms(settings: Settings, clock: Clock) -> Sms:
    if settings.twilio_account_sid and settings.twilio_auth_token:
        from milo_app.adapters.sms.twilio import TwilioSms

        return TwilioSms(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            messaging_service_sid=settings.twilio_messaging_service_sid,
            base_url=settings.twilio_api_base_url,
            status_callback=f"{settings.public_url}/webhooks/twilio/status",
        )
    from milo_app.adapters.sms.local import LocalSms

    return LocalSms(settings.data / "phone", clock)


def _phone(settings: Settings, clock: Clock, instance: Instance) -> Phone:
    if settings.twilio_account_sid and settings.twilio_auth_token:
        from milo_app.adapters.phone.twilio import TwilioPhone

        return TwilioPhone(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            number=settings.twilio_from_number or "",
            base_url=settings.twilio_api_base_url,
        )
    from milo_app.adapters.phone.local import LocalPhone

    return LocalPhone(settings.data / "phone", instance.key, number=instance.phone_number, clock=clock)


def _phone_number(settings: Settings) -> str:
    """What calls come from and go to; the local telephone exists only where the instance is local."""
    if settings.twilio_on:
        return settings.twilio_from_number or ""
    return settings.sms_sender if settings.local else ""


def _rooms(settings: Settings, instance: Instance) -> Rooms:
    if settings.livekit_api_secret is None or not settings.livekit_on:
        from milo_app.adapters.rooms.none import NoRooms

        return NoRooms()
    from milo_app.adapters.rooms.livekit import LiveKitRooms

    return LiveKitRooms(
        settings.livekit_url,
        settings.livekit_api_key,
        settings.livekit_api_secret.get_secret_value(),
        agent=f"milo-{instance.id}",
        listens=bool(settings.stt_model),
        speaks=bool(settings.tts_model),
    )


def _files(settings: Settings) -> Files:
    from milo_app.adapters.files import LocalFiles

    return LocalFiles(Path(settings.data) / "files")


def _speech(settings: Settings) -> Speech:
    if not (settings.stt_model or settings.tts_model):
        from milo_app.adapters.speech.none import NoSpeech

        return NoSpeech()
    from milo_app.adapters.speech.openai import OpenAISpeech

    def server(base_url: str, key: SecretStr | None) -> tuple[str, str]:
        key = key or (None if base_url else settings.openai_api_key)  # a key goes to its own server alone
        return base_url or settings.openai_base_url, key.get_secret_value() if key else ""

    return OpenAISpeech(
        hears=settings.stt_model,
        hearing=server(settings.stt_base_url, settings.stt_api_key),
        speaks=settings.tts_model,
        speaking=server(settings.tts_base_url, settings.tts_api_key),
        voice=settings.tts_voice,
    )


def _model(settings: Settings) -> LanguageModel:
    if not settings.llm_model:
        from milo_app.adapters.model.none import NoLanguageModel

        return NoLanguageModel()
    from milo_app.adapters.model.openai import OpenAICompatible

    key = settings.openai_api_key
    return OpenAICompatible(
        settings.llm_model,
        base_url=settings.openai_base_url,
        key=key.get_secret_value() if key else "",
        price_in=settings.llm_price_in,
        price_out=settings.llm_price_out,
        seconds=settings.llm_seconds,
    )


class _Later:
    """A part that is imported when it is first used, so that a command loads no more than it needs."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __getattr__(self, attribute: str) -> Any:
        if "_part" not in self.__dict__:
            self._part = getattr(importlib.import_module(self._module), self._name)()
        return getattr(self._part, attribute)


def _hooks(settings: Settings) -> Any:
    from milo_app.adapters.hooks import HttpHooks

    return HttpHooks(private=settings.local or settings.webhooks_private)
