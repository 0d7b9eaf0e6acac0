"""`/aura clone`: from the form to the running instance."""

import json
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from sandbox.aura import Call
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.clones import (
    NAME,
    ORDERS,
    alerts,
    asked,
    cloned,
    creations,
    ended,
    gate_all,
    sends,
)
from tests.stories.harness import Story


async def test_a_clone_is_asked_for_created_and_told(story: Story) -> None:
    await asked(story)
    op = await ended(story)
    assert op.phase == "done"
    assert op.clone_id is not None
    made = story.aura.world.instances[op.clone_id]
    assert (made.name, made.project_id, made.memory) == (NAME, aura.COMMERCE, "8GB")
    assert len(story.aura.graph(op.clone_id).nodes) > 100
    assert story.restores == 0
    assert "is running" in str(story.requester.card())
    assert "billed until somebody deletes it" in str(story.requester.thread()[-1])
    assert await story.audit() == snapshot(
        [
            "clone.request allowed",
            "clone.send done",
            "clone.accepted done",
            "clone.done done",
        ]
    )


async def test_the_form_says_what_it_will_cost_and_offers_nothing_smaller(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    shown = str(story.requester.modal)
    assert "billed separately" in shown
    assert "about 1.60 USD an hour" in shown
    assert "Create" in json.dumps(story.requester.modal.given["submit"])
    [size] = story.requester.fields("size")
    block = next(b for b in story.requester.modal.given["blocks"] if b["block_id"] == size)
    offered = [o["value"] for o in block["element"]["options"]]
    assert offered[0] == "8GB"
    assert not {"1GB", "2GB", "4GB"} & set(offered)


async def test_another_project_offers_other_tiers_and_what_was_typed_stays(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    await story.requester.person.fills(story.requester.modal, {"Reason": "A look"})
    await story.requester.picks("Project", "Data lab")
    await story.requester.picks("Tier", "AuraDB Professional")
    await story.requester.picks("Size", "16GB memory · 32GB storage")
    name = {"Name of the new instance": NAME}
    assert await sends(story, story.requester, **name) == {}
    op = await ended(story)
    order = op.plan.order
    assert (order.project_id, order.tier, order.memory) == (
        aura.DATA_LAB, "professional-db", "16GB",
    )  # fmt: skip
    assert op.plan.reason == "A look"
    assert op.phase == "done"


async def test_only_snapshots_that_may_leave_are_offered(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    offered = await story.requester.person.suggestions(story.requester.modal, "Snapshot", "")
    assert offered
    assert all(o.endswith(("exportable", "exportable: unknown")) for o in offered)
    assert not [o for o in offered if "not exportable" in o]


async def test_a_named_snapshot_that_cannot_leave_is_refused_with_the_reason(story: Story) -> None:
    log = story.aura.world.instances[ORDERS].snapshots(story.clock.now())
    now = story.clock.now()
    stuck = next(s for s in log.all(now) if s.status(now) == "Completed" and not s.exportable(now))
    await story.requester.types(f"/aura clone orders-prod {stuck.id}")
    assert "is not exportable, so no new instance can be made of it" in str(story.requester.modal)
    assert creations(story) == []


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"Name of the new instance": " "}, "name", "needs a name"),
        ({"Name of the new instance": "savepoint-scratch-1"}, "name", "delete by myself"),
        ({"Reason": "  "}, "reason", ""),
    ],
)
async def test_what_is_filled_in_wrongly_is_said_beside_the_field(
    story: Story, values: dict[str, str], field: str, words: str
) -> None:
    await story.requester.types("/aura clone orders-prod")
    good = {"Name of the new instance": NAME, "Reason": "A look"}
    errors = await sends(story, story.requester, **(good | values))
    assert words in errors[field]
    assert creations(story) == []


async def test_a_name_that_is_taken_is_refused(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    values = {"Name of the new instance": "Catalog-Prod", "Reason": "A look"}
    assert await sends(story, story.requester, **values) == {}
    assert "has an instance called “Catalog-Prod” already" in str(story.requester.modal)
    assert creations(story) == []


async def test_guests_and_strangers_cannot_clone(story: Story) -> None:
    await story.guest.types("/aura clone orders-prod")
    assert "orders-prod" not in str(story.guest.person.modal)
    assert creations(story) == []
    assert (await story.audit())[-1] == "clone.request denied"


async def test_by_mention_a_button_opens_the_form(story: Story) -> None:
    await story.requester.says("<@UBOT> clone orders-prod".replace("UBOT", bot_id(story)),
                               slack.OPS_PRODUCTION)  # fmt: skip
    await story.requester.clicks("Open the form")
    assert "New from a snapshot" in str(story.requester.modal)


def bot_id(story: Story) -> str:
    return story.slack.world.cast.app.bot_user_id


# -- approval --------------------------------------------------------------------------------


async def test_an_environment_may_demand_approval(story: Story) -> None:
    gate_all(story)
    await asked(story)
    assert (await cloned(story)).phase == "awaiting_approval"
    assert creations(story) == []
    asking = str(story.approver.gate())
    assert "Data flows from snapshot" in asking.replace("*", "")
    assert "billed separately" in asking
    await story.requester.clicks("Approve", in_=story.requester.gate())
    assert creations(story) == []
    await story.approved()
    assert (await ended(story)).phase == "done"
    assert len(creations(story)) == 1


async def test_a_denied_clone_creates_nothing(story: Story) -> None:
    gate_all(story)
    await asked(story)
    await story.approver.denies("Use the drill instead")
    op = await cloned(story)
    assert op.phase == "denied"
    assert "Nothing was created, and nothing is billed." in str(story.requester.thread()[-1])
    assert creations(story) == []


async def test_silence_approves_no_clone(story: Story) -> None:
    gate_all(story)
    await asked(story)
    await story.advance(minutes=31)
    assert (await cloned(story)).phase == "expired"
    assert creations(story) == []


async def test_a_requester_may_take_it_back_while_it_waits(story: Story) -> None:
    gate_all(story)
    await asked(story)
    op = await cloned(story)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert (await cloned(story)).phase == "cancelled"
    assert creations(story) == []


async def test_after_the_call_it_is_too_late_to_cancel(story: Story) -> None:
    await asked(story)
    op = await cloned(story)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert "has no call to stop one" in story.requester.whisper


# -- the second look -------------------------------------------------------------------------


async def test_differences_after_the_approval_void_it(story: Story) -> None:
    gate_all(story)
    await asked(story)
    op = await cloned(story)
    story.aura.forget_snapshot(ORDERS, op.plan.snapshot.id)
    await story.approved()
    assert (await cloned(story)).phase == "voided"
    assert creations(story) == []


async def test_a_name_that_was_taken_meanwhile_voids_it(story: Story) -> None:
    gate_all(story)
    await asked(story)
    story.aura.world.instances[aura.CATALOG_PROD].name = NAME
    await story.approved()
    op = await cloned(story)
    assert op.phase == "voided"
    assert "has an instance called orders-copy by now" in str(story.requester.thread()[-1])


async def test_an_approval_does_not_survive_other_rules(story: Story) -> None:
    gate_all(story)
    await asked(story)
    story.change_environment("production", quorum=2)
    await story.approved()
    assert (await cloned(story)).phase == "voided"
    assert creations(story) == []


# -- what goes wrong -------------------------------------------------------------------------


async def test_loading_failed_is_explained_and_alerted(story: Story) -> None:
    story.aura.faults.restore_fails.next(1)
    await asked(story)
    op = await ended(story)
    assert op.phase == "failed"
    told = str(story.requester.thread()[-1])
    assert "could not load the snapshot into the new instance (loading failed)" in told
    assert "exists, and is billed until somebody deletes it" in told
    [alert] = alerts(story)
    assert "Clone of orders-prod failed" in alert
    deleted = [c for c in story.aura.calls if c.method == "DELETE"]
    assert deleted == []


async def test_a_refusal_of_aura_is_told_with_its_words(story: Story) -> None:
    gate_all(story)
    await asked(story)
    projects = story.aura.world.projects
    projects[aura.COMMERCE] = replace(projects[aura.COMMERCE], limit=1)
    await story.approved()
    op = await ended(story)
    assert op.phase == "failed"
    assert "Nothing was created, and nothing is billed." in str(story.requester.thread()[-1])
    assert len(creations(story)) == 1


async def test_an_instance_that_vanishes_while_it_is_built_is_told(story: Story) -> None:
    await asked(story)
    op = await cloned(story)
    assert op.clone_id is not None
    del story.aura.world.instances[op.clone_id]
    op = await ended(story)
    assert op.phase == "failed"
    assert "has gone while it was being created" in str(story.requester.thread()[-1])


async def test_one_that_somebody_paused_is_told(story: Story) -> None:
    await asked(story)
    op = await cloned(story)
    assert op.clone_id is not None
    await story.advance(minutes=1)
    story.aura.set_status(op.clone_id, "paused")
    assert (await ended(story)).phase == "failed"
    assert "Somebody acted on the new instance" in str(story.requester.thread()[-1])


async def test_a_lost_answer_is_found_by_name_and_never_repeated(story: Story) -> None:
    story.aura.faults.drop_answer.next(1)
    await asked(story)
    op = await ended(story)
    assert op.phase == "done"
    assert op.accepted is not None
    assert op.accepted.adopted
    assert len(creations(story)) == 1
    told = str(story.requester.thread()[-1])
    assert "first password was lost with Aura's answer" in told


async def test_a_lost_answer_of_what_never_came_ends_with_the_reason(story: Story) -> None:
    def vanish(call: Call) -> None:
        if call.dropped:
            story.aura.world.instances.popitem()

    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = vanish
    await asked(story)
    op = await ended(story)
    assert op.phase == "failed"
    assert "no instance called orders-copy appeared within 10 minutes" in alerts(story)[0]
    assert len(creations(story)) == 1
