"""Our Twilio client and the Twilio that stands in for it both keep to the official shapes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jsonschema
import pytest
import requests

from milo_app.adapters.sms.twilio import TwilioSms
from milo_app.services.ports import SendFailed
from tests import doubles
from tests.doubles.twilio import TwilioDouble

SHAPES = json.loads((Path(doubles.__file__).parent / "specs" / "twilio.json").read_text())


def get(double: TwilioDouble, path: str) -> Any:
    return requests.get(f"{double.url}{path}", auth=(double.sid, double.token), timeout=10).json()


@pytest.mark.parametrize("service", [None, "MG" + "0" * 32])
def test_what_is_asked_and_answered_has_the_official_shape(service: str | None) -> None:
    with TwilioDouble() as double:
        far = TwilioSms(
            double.sid,
            double.token,
            base_url=double.url,
            messaging_service_sid=service,
            status_callback="http://127.0.0.1:1/webhooks/twilio/status",
        )
        sids = [
            far.send(to="+14155550123", sender=double.number, body=f"text {n}", key=f"k{n}").provider_id
            for n in range(3)
        ]
        assert [
            one.provider_id
            for one in far.find(to="+14155550123", body="text 1", since=datetime(2020, 1, 1, tzinfo=UTC))
        ] == [sids[1]]
        for request in double.requests:
            if request["method"] == "POST":
                jsonschema.validate(request["form"], SHAPES["create"])
            else:
                assert set(parse_qs(request["query"])) <= set(SHAPES["list_parameters"])
        path = f"/2010-04-01/Accounts/{double.sid}/Messages"
        jsonschema.validate(get(double, f"{path}/{sids[0]}.json"), SHAPES["message"])
        listed = get(double, f"{path}.json?PageSize=2")
        jsonschema.validate(listed, SHAPES["list"])
        assert len(listed["messages"]) == 2 and listed["next_page_uri"]
        assert len(get(double, listed["next_page_uri"])["messages"]) == 1


def test_the_account_answers_or_says_why_not() -> None:
    with TwilioDouble() as double:
        assert TwilioSms(double.sid, double.token, base_url=double.url).answers() == "answers"
        with pytest.raises(SendFailed) as refused:
            TwilioSms(double.sid, "wrong", base_url=double.url).answers()
    assert "TWILIO_AUTH_TOKEN" in refused.value.reason
