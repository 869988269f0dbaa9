"""Small edits of a draft, as the builder makes them."""

import json
from pathlib import Path

import pytest

from milo_app.domain import plan_edits as edits
from milo_app.domain.errors import Invalid
from milo_app.domain.plan_data import from_data

NURSE = json.loads(Path("milo_app/templates/interviewers/registered_nurse.json").read_text())


def draft(**question):
    return {
        "title": "Nurse",
        "stages": [
            {
                "kind": "form",
                "questions": [
                    {"id": "a", "kind": "yes_no", "text": "A?", **question},
                    {"id": "b", "kind": "number", "text": "B?"},
                ],
            }
        ],
    }


class TestPut:
    def test_keeps_the_original(self):
        before = draft()
        after = edits.put(before, "stages[0].questions[0].text", "New?")
        assert before["stages"][0]["questions"][0]["text"] == "A?"
        assert after["stages"][0]["questions"][0]["text"] == "New?"

    @pytest.mark.parametrize(
        ("path", "raw", "kept"),
        [
            ("stages[0].minutes", "7", 7),
            ("stages[0].minutes", "seven", "seven"),
            ("stages[0].min_score", "62.5", 62.5),
            ("stages[0].enforce", True, True),
            ("stages[0].questions[0].options", "Day\n\n Night ", ["Day", "Night"]),
        ],
    )
    def test_types(self, path, raw, kept):
        """Typed text becomes the field's type where it can, and stays as typed where it cannot."""
        after = edits.put(draft(), path, raw)
        holder = after["stages"][0] if "questions" not in path else after["stages"][0]["questions"][0]
        assert holder[path.rsplit(".", 1)[1]] == kept

    @pytest.mark.parametrize(
        "path", ["x", "stages[9].minutes", "__class__", "stages[0]", "stages[0].nope", "stages.minutes", ""]
    )
    def test_no_such_place(self, path):
        with pytest.raises(Invalid):
            edits.put(draft(), path, "1")

    def test_dealbreaker_gets_an_ideal(self):
        """A ticked dealbreaker comes with the answer that passes, and loses it when unticked."""
        on = edits.put(draft(), "stages[0].questions[0].dealbreaker", True)
        assert on["stages"][0]["questions"][0]["ideal"] == {"operator": "eq", "value": True}
        from_data(on)
        off = edits.put(on, "stages[0].questions[0].dealbreaker", False)
        assert "ideal" not in off["stages"][0]["questions"][0]

    def test_ideal(self):
        """Comparison and value follow each other."""
        at = "stages[0].questions[1]"
        after = edits.put(draft(), f"{at}.dealbreaker", True)
        after = edits.put(after, f"{at}.ideal.value", "2")
        assert after["stages"][0]["questions"][1]["ideal"] == {"operator": "gte", "value": 2}
        after = edits.put(after, f"{at}.ideal.operator", "between")
        after = edits.put(after, f"{at}.ideal.value", "2, 5")
        assert after["stages"][0]["questions"][1]["ideal"] == {"operator": "between", "value": [2, 5]}
        from_data(after)

    def test_kind_change_drops_what_does_not_fit(self):
        on = edits.put(draft(), "stages[0].questions[0].dealbreaker", True)
        after = edits.put(on, "stages[0].questions[0].kind", "long_text")
        assert {"ideal", "dealbreaker"}.isdisjoint(after["stages"][0]["questions"][0])

    def test_kind_change_asks_for_a_new_ideal(self):
        """A yes is no number: the comparison starts again."""
        on = edits.put(draft(), "stages[0].questions[0].dealbreaker", True)
        after = edits.put(on, "stages[0].questions[0].kind", "number")
        assert after["stages"][0]["questions"][0]["ideal"] == {"operator": "gte", "value": None}


class TestLists:
    def test_move(self):
        after = edits.move(draft(), "stages[0].questions[0]", 1)
        assert [q["id"] for q in after["stages"][0]["questions"]] == ["b", "a"]
        assert edits.move(after, "stages[0].questions[0]", -1) == after

    def test_remove_and_add(self):
        after = edits.remove(draft(), "stages[0].questions[0]")
        after = edits.add_question(after, "stages[0]", "q_new")
        assert [q["id"] for q in after["stages"][0]["questions"]] == ["b", "q_new"]

    def test_stages_stand_in_their_order(self):
        after = edits.add_stage(edits.add_stage(draft(), "voice"), "resume")
        assert [s["kind"] for s in after["stages"]] == ["resume", "form", "voice"]
        assert edits.add_stage(after, "form") == after

    def test_scored(self):
        on = edits.switch_scored(draft(), "stages[0].questions[0]", True, "c_1")
        assert on["stages"][0]["questions"][0]["criterion"]["id"] == "c_1"
        assert edits.switch_scored(on, "stages[0].questions[0]", False, "x") == draft()


def test_template_fields_survive():
    """Setting every text field of a real plan to itself changes nothing that a candidate sees."""
    after = edits.put(NURSE, "stages[0].intro", NURSE["stages"][0]["intro"])
    assert from_data(after) == from_data(NURSE)
