import pytest
from inline_snapshot import snapshot

from bot.core.errors import BotError, UnknownSnapshot
from bot.core.instances import safety_obstacle
from bot.views.forms import deny_form
from bot.views.ids import Action
from bot.views.restore import (
    FORM,
    RestoreFacts,
    choose,
    form,
)
from tests.views.reading import read
from tests.views.samples import NOW, PRODUCTION, PROJECT, instance, restore, taken

DRAFT = "dr-7f3k"


def facts(**changes: object) -> RestoreFacts:
    return RestoreFacts(
        **{
            "instance": instance(),
            "project": PROJECT,
            "environment": PRODUCTION,
            "snapshot": taken(),
            "obstacle": None,
            "now": NOW,
            **changes,
        }
    )


def test_the_modal_opens_before_anything_is_known() -> None:
    assert read(FORM.loading_view(draft_id=DRAFT)) == snapshot("""\
Restore an instance [Close]
⏳ Looking at the instance and its snapshots …\
""")


def test_a_broken_modal_says_why_and_can_only_be_closed() -> None:
    error = UnknownSnapshot("this instance has no such snapshot", hint="Choose another one.")
    assert read(FORM.broken_view(error, draft_id=DRAFT)) == snapshot("""\
Restore an instance [Close]
*This instance has no such snapshot.*
Choose another one.
(Nothing was asked for, and nothing was changed.)\
""")
    assert "submit" not in FORM.broken_view(BotError("it went wrong"), draft_id=DRAFT)


def test_without_an_instance_the_modal_asks_for_it() -> None:
    assert read(choose(draft_id=DRAFT)) == snapshot("""\
Restore an instance [Close]
Which instance shall be restored? Its present data will be replaced.
  (Type a name or an id) ▾\
""")


def test_the_form_shows_the_facts_and_asks_for_reason_and_word() -> None:
    assert read(form(facts(), draft_id=DRAFT)) == snapshot("""\
Restore an instance [Ask for approval] [Cancel]
Restore *orders-prod* `a1b2c3d4` in place.
Instance: *orders-prod* `a1b2c3d4`
Environment: *production*
Project: Shop `p-1111`
Tier and size: AuraDB Professional · 8GB memory · 16GB storage
Status now: running
Snapshot: 04:41 UTC · 3 h ago · on demand · exportable ▾
  Of the last 14 days. For an older one, give its id to /aura restore.
Data flows *from* snapshot `c0ffee00-0000-4000-8000-000000000001` of 2026-11-22 04:41 UTC
    *to* *orders-prod* `a1b2c3d4`, whose present data is lost.
Lost is all that was written since: *3 h* until now, and more until it begins.
Reason: ____
  The approvers and the audit log see it.
Type RESTORE to ask for this restore: ____
  In capital letters. An approver decides next; until then nothing changes.\
""")


def test_the_form_without_a_snapshot_asks_to_choose_one() -> None:
    shown = read(form(facts(snapshot=None), draft_id=DRAFT))
    assert "Snapshot: (Choose, or type a date such as 2026-11-20) ▾" in shown
    assert "Choose a snapshot to see what would be lost." in shown


def test_the_form_warns_of_change_data_capture() -> None:
    shown = read(form(facts(instance=instance(cdc_mode="FULL")), draft_id=DRAFT))
    assert "⚠ *Change data capture is on (FULL).*" in shown


def test_an_obstacle_to_the_safety_snapshot_asks_for_a_reason_of_its_own() -> None:
    paused = instance(status="paused", memory=None, storage=None)
    shown = read(form(facts(instance=paused, obstacle=safety_obstacle(paused)), draft_id=DRAFT))
    assert shown[shown.index("⚠") : shown.index("Reason:")] == snapshot("""\
⚠ *No safety snapshot can be taken:* the instance is paused, and a paused instance can take
    no snapshot. There will be no way back to the present data.
Why go ahead without a safety snapshot?: ____
  The approvers see this first, and the audit log keeps it.
""")


def test_an_environment_may_ask_for_the_end_of_the_id() -> None:
    strict = PRODUCTION.model_copy(update={"confirm_instance_suffix": True})
    assert read(form(facts(environment=strict), draft_id=DRAFT)).splitlines()[-3:] == snapshot(
        [
            "  In capital letters. An approver decides next; until then nothing changes.",
            "Last 4 characters of the instance's id: ____",
            "  production asks for them, so that no two instances are mixed up.",
        ]
    )


def test_an_instance_without_an_environment_cannot_be_asked_for() -> None:
    view = form(facts(environment=None), draft_id=DRAFT)
    assert "nobody may approve" in read(view).replace("\n    ", " ")
    assert "submit" not in view
    assert not [b for b in view["blocks"] if b["type"] == "input"]


def test_typed_values_survive_since_ids_do_not_change_with_the_facts() -> None:
    def inputs(view: dict[str, object]) -> list[tuple[str, str]]:
        return [
            (b["block_id"], b["element"]["action_id"])
            for b in view["blocks"]  # type: ignore[attr-defined]
            if b["type"] == "input"
        ]

    before = inputs(form(facts(snapshot=None), draft_id=DRAFT))
    assert before == inputs(form(facts(), draft_id=DRAFT))
    assert before == [
        ("snapshot.dr-7f3k", "pick_snapshot"),
        ("reason.dr-7f3k", "value"),
        ("word.dr-7f3k", "value"),
    ]


@pytest.mark.parametrize("view", [choose(draft_id=DRAFT), form(facts(), draft_id=DRAFT)])
def test_the_draft_stays_opaque(view: dict[str, object]) -> None:
    assert view["private_metadata"] == DRAFT
    assert view["callback_id"] == "restore"


def test_the_chosen_snapshot_is_sent_at_once() -> None:
    picker = next(b for b in form(facts(), draft_id=DRAFT)["blocks"] if b["type"] == "input")
    assert picker["dispatch_action"] is True
    assert picker["element"]["action_id"] == Action.PICK_SNAPSHOT


def test_the_chosen_instance_is_sent_at_once_because_it_stands_outside_a_form() -> None:
    [block] = choose(draft_id=DRAFT)["blocks"]
    assert block["accessory"]["action_id"] == Action.PICK_INSTANCE


def test_a_denial_demands_a_reason() -> None:
    view = deny_form(restore())
    assert read(view) == snapshot("""\
Deny the restore [Deny] [Back]
The restore of *orders-prod* `a1b2c3d4` (production) ends here, and nothing is changed. Your
    reason is shown in the thread.
Reason: ____
  What should the requester do instead?\
""")
    assert (view["callback_id"], view["private_metadata"]) == ("deny", "rst-9k2m")


def test_the_form_that_waits_says_what_it_means_when_nothing_follows() -> None:
    assert read(FORM.sending_view(draft_id=DRAFT)) == snapshot("""\
Restore an instance [Close]
⏳ Putting your request before the approvers …
(If nothing follows here within a minute, look at `/aura job list`: a request that is not
    there was not made, and nothing was changed.)\
""")
