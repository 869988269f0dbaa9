"""Milo refuses to start wrongly, in one sentence, and every setting has its documented name."""

from __future__ import annotations

import pytest

from milo_app import config


def load(**given):
    return config.load(_env_file=None, **given)


def test_nothing_needs_to_be_set(monkeypatch, tmp_path):
    settings = load(data=tmp_path)
    assert settings.public_url == "http://127.0.0.1:3000" and settings.demo and settings.local
    assert settings.database_url == f"sqlite:///{tmp_path}/milo.db"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "0.0.0.0"}, "MILO_HOST"),
        ({"public_url": "https://milo.example.com"}, "MILO_PUBLIC_URL"),
        ({"public_url": "milo.example.com"}, "MILO_PUBLIC_URL"),
        ({"env": "production"}, "email"),
        ({"env": "production", "smtp_url": "smtp://x", "demo": True}, "demo"),
        ({"port": 0}, "MILO_PORT"),
        ({"env": "staging"}, "MILO_ENV"),
        ({"twilio_account_sid": "AC1"}, "TWILIO_AUTH_TOKEN"),
        ({"database_url": "mysql://x"}, "MILO_DATABASE_URL"),
    ],
)
def test_what_contradicts_itself_is_refused_in_one_sentence(given, words):
    with pytest.raises(config.Misconfigured) as refused:
        load(**given)
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "milo.localhost"])
def test_loopback_is_local(host):
    assert load(host=host).local


def test_an_open_local_instance_says_so():
    assert load(host="0.0.0.0", local_open=True).local


def test_production_has_no_demo_by_itself():
    settings = load(
        env="production", smtp_url="smtp://x", public_url="https://milo.example.com", host="0.0.0.0"
    )
    assert not settings.demo and settings.email_sender == "Milo <milo@milo.example.com>"


def test_the_environment_is_read_by_its_documented_names(monkeypatch):
    """Ours begin with MILO_, a provider's keep their own; empty means unset; secrets stay out of a print."""
    for name, value in {
        "MILO_PORT": "3100",
        "MILO_DEMO": "0",
        "MILO_PUBLIC_URL": "",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "s3cret",
        "TWILIO_FROM_NUMBER": "+15005550006",
        "RESEND_API_KEY": "re_s3cret",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "MILO_LLM_MODEL": "m",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.public_url == "http://127.0.0.1:3100" and not settings.demo
    assert settings.twilio_on and settings.sms_sender == "+15005550006" and settings.llm_model == "m"
    assert "s3cret" not in repr(settings)
