"""Settings of one instance, read from the environment and `.env`; refuses to start wrongly, in one sentence."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Misconfigured(Exception):
    """The settings contradict each other. The message is one sentence that names the mend."""


def is_loopback(host: str) -> bool:
    """Whether *host* (a name or an address, brackets allowed) can only be reached from this machine."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _default_public_url(data: dict[str, Any]) -> str:
    host = str(data.get("host", "127.0.0.1"))
    return f"http://{f'[{host}]' if ':' in host else host}:{data.get('port', 3000)}"


def _default_database_url(data: dict[str, Any]) -> str:
    return f"sqlite:///{Path(data.get('data', 'var')) / 'milo.db'}"


class Settings(BaseSettings):
    """Every setting of Milo. Ours begin with `MILO_`; a provider's keep the names of its own documentation."""

    model_config = SettingsConfigDict(
        env_prefix="MILO_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    env: Literal["local", "production"] = "local"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    data: Path = Path("var")
    public_url: str = Field(default_factory=_default_public_url)
    local_open: bool = False
    demo: bool = Field(default_factory=lambda data: data.get("env", "local") == "local")
    demo_password: SecretStr | None = None
    database_url: str = Field(default_factory=_default_database_url)
    work: Literal["inline", "off"] = "inline"
    email_from: str = ""
    email_domains: str = ""
    email_rate: float = Field(default=2, ge=0)
    inbound_email_domain: str = ""
    llm_model: str = ""
    #: US dollars for a million tokens, read and written; 0 where not known.
    llm_price_in: float = Field(default=0, ge=0)
    llm_price_out: float = Field(default=0, ge=0)
    llm_seconds: float = Field(default=60, gt=0)
    stt_model: str = ""
    tts_model: str = ""
    tts_voice: str = "alloy"
    #: Of the transcription and the speech server, where they are not the one of OPENAI_BASE_URL.
    stt_base_url: str = ""
    stt_api_key: SecretStr | None = None
    tts_base_url: str = ""
    tts_api_key: SecretStr | None = None
    s3_url: str = ""
    #: Calls a minute and API key.
    api_rate: int = Field(default=300, ge=1)
    #: Whether webhooks may go to addresses of this machine and its network; locally they always may.
    webhooks_private: bool = False

    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    resend_api_key: SecretStr | None = Field(default=None, validation_alias="RESEND_API_KEY")
    resend_api_url: str = Field(default="https://api.resend.com", validation_alias="RESEND_API_URL")
    resend_webhook_secret: SecretStr | None = Field(default=None, validation_alias="RESEND_WEBHOOK_SECRET")
    smtp_url: SecretStr | None = Field(default=None, validation_alias="SMTP_URL")
    twilio_account_sid: str | None = Field(default=None, validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr | None = Field(default=None, validation_alias="TWILIO_AUTH_TOKEN")
    #: Accepted in Twilio's calls besides the first, while one takes the other's place.
    twilio_auth_token_secondary: SecretStr | None = Field(
        default=None, validation_alias="TWILIO_AUTH_TOKEN_SECONDARY"
    )
    twilio_from_number: str | None = Field(default=None, validation_alias="TWILIO_FROM_NUMBER")
    twilio_messaging_service_sid: str | None = Field(
        default=None, validation_alias="TWILIO_MESSAGING_SERVICE_SID"
    )
    twilio_api_base_url: str = Field(default="", validation_alias="TWILIO_API_BASE_URL")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")
    livekit_url: str = Field(default="", validation_alias="LIVEKIT_URL")
    livekit_api_key: str = Field(default="", validation_alias="LIVEKIT_API_KEY")
    livekit_api_secret: SecretStr | None = Field(default=None, validation_alias="LIVEKIT_API_SECRET")

    @field_validator("public_url")
    @classmethod
    def _whole_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("MILO_PUBLIC_URL must look like https://milo.example.com, without a path.")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        public_host = urlsplit(self.public_url).hostname or ""
        if self.env == "local" and not self.local_open:
            if not is_loopback(self.host):
                raise ValueError(
                    f"MILO_ENV=local shows every email and text on /dev, so MILO_HOST={self.host} is refused: "
                    "use 127.0.0.1, set MILO_ENV=production, or set MILO_LOCAL_OPEN=1."
                )
            if not is_loopback(public_host):
                raise ValueError(
                    f"MILO_ENV=local shows every email and text on /dev, so MILO_PUBLIC_URL={self.public_url} "
                    "is refused: use a loopback address, set MILO_ENV=production, or set MILO_LOCAL_OPEN=1."
                )
        if self.env == "production":
            if not (self.resend_api_key or self.smtp_url):
                raise ValueError(
                    "MILO_ENV=production needs a way to send email: set RESEND_API_KEY or SMTP_URL."
                )
            if self.demo:
                raise ValueError(
                    "MILO_ENV=production refuses the demo workspace, whose sign-in is printed: remove MILO_DEMO."
                )
        twilio = (self.twilio_account_sid, self.twilio_auth_token)
        if any(twilio) and not (
            all(twilio) and (self.twilio_from_number or self.twilio_messaging_service_sid)
        ):
            raise ValueError(
                "Twilio needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and either TWILIO_FROM_NUMBER or "
                "TWILIO_MESSAGING_SERVICE_SID."
            )
        livekit = (self.livekit_url, self.livekit_api_key, self.livekit_api_secret)
        if any(livekit) and not all(livekit):
            raise ValueError("LiveKit needs LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET together.")
        if self.livekit_url and urlsplit(self.livekit_url).scheme not in ("ws", "wss", "http", "https"):
            raise ValueError("LIVEKIT_URL must look like wss://calls.example.com.")
        if not self.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("MILO_DATABASE_URL must begin with sqlite:/// or postgresql://.")
        return self

    @property
    def local(self) -> bool:
        return self.env == "local"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def twilio_on(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def livekit_on(self) -> bool:
        return bool(self.livekit_url and self.livekit_api_key and self.livekit_api_secret)

    @property
    def sms_sender(self) -> str:
        """The number or messaging service that texts are sent from; locally a number that cannot exist."""
        return self.twilio_from_number or self.twilio_messaging_service_sid or "+15550100000"

    @property
    def sending_domains(self) -> tuple[str, ...]:
        """Domains of which a workspace may choose an address: MILO_EMAIL_FROM's and those of MILO_EMAIL_DOMAINS."""
        own = self.email_sender.rpartition("@")[2].strip(" >")
        more = self.email_domains.replace(",", " ").split()
        return tuple(dict.fromkeys(domain.lower() for domain in [own, *more]))

    @property
    def inbound_domain(self) -> str:
        """Where replies come in. The local mailbox takes them without a setting."""
        mailbox = self.local and not (self.resend_api_key or self.smtp_url)
        return self.inbound_email_domain.strip().lower() or ("replies.localhost" if mailbox else "")

    @property
    def email_sender(self) -> str:
        """`Name <address>` of outgoing email, at the public host unless MILO_EMAIL_FROM says otherwise."""
        return self.email_from or f"Milo <milo@{urlsplit(self.public_url).hostname}>"


def load(**overrides: Any) -> Settings:
    """The settings of this process; *overrides* win over the environment.

    Raises:
        Misconfigured: with one sentence, fit to be printed as it is.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        where = "_".join(str(part) for part in first["loc"]).upper()
        message = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] != "value_error":
            named = where if where in _OWN_NAMES else f"MILO_{where}"
            message = f"{named} is not usable: {message}."
        raise Misconfigured(message) from None


_OWN_NAMES = {
    str(field.validation_alias) for field in Settings.model_fields.values() if field.validation_alias
}
