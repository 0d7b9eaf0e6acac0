"""Loading a backup file, from the command to its end."""
# ruff: noqa: E501 -- what people read stands here as they read it

from inline_snapshot import snapshot

from sandbox.aura import fleet as aura
from sandbox.aura.archives import graph_in
from sandbox.slack.cast import OPS_DEVELOPMENT as DEVELOPMENT
from tests.stories.harness import Story
from tests.stories.uploads import asked, console_calls, read, sample, uploaded


async def test_a_file_is_loaded_once_approved_and_ends_with_the_way_back(story: Story) -> None:
    await story.requester.types("/aura upload orders-prod sample.backup")
    assert str(story.requester.modal) == snapshot("""\
Load a backup file
Load the file `sample.backup` into *orders-prod* `0d5e7a11`.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: *production*
*Project*: Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01`
*Tier and size*: AuraDB Business Critical · 8GB memory · 16GB storage
*Kind*: backup (full, recovered), 6.7 KiB
*Store once loaded*: 66.7 KiB
*Data as of*: 2026-11-20 07:41 UTC
*Database in the file*: `neo4j`
*Store format*: `block-block-1.1`
*Last transaction*: 4711
Data flows *from* the file *to* *orders-prod* `0d5e7a11`, whose present data is lost, whatever it was made from.
How much is replaced: *unknown*, since no way into the graph is configured.
Reason […]
The approvers and the audit log see it.
Type RESTORE to ask for this upload […]
In capital letters. An approver decides next; until then nothing changes.
Last 4 characters of the instance's id […]
production asks for them, so that no two instances are mixed up.\
""")
    assert await story.requester.sends(reason="Bad import", suffix="7a11") == {}
    assert await read(story, story.approver.card()) == snapshot("""\
# ⏳ Waiting for approval: upload into orders-prod
@Requester asks to load a backup file into *orders-prod* `0d5e7a11`. Nothing has been changed.
The approvers decide in the thread until 08:11 UTC; without a decision the request expires.
Data flows *from* file `sample.backup` (in the folder for uploads) with data as of 2026-11-20 07:41 UTC *to* *orders-prod* `0d5e7a11`, whose present data is lost.
Everything in it is replaced, also what was written after the file was made. The file is sent first; the safety snapshot is taken when it has arrived.
How much is replaced: *unknown*, since no way into the graph is configured.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: production
*Project*: Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01`
*Tier and size*: AuraDB Business Critical · 8GB memory · 16GB storage
*Status when asked*: running
*File*: `sample.backup`: in the folder for uploads · SHA-256 `(sha256)`…
*What it says of itself*: backup (full, recovered), 6.7 KiB · 66.7 KiB once loaded · data as of 2026-11-20 07:41 UTC · database `neo4j`
*Requested by*: @Requester
*Approvals*: 0 of 1
*Plan seal*: `(seal)`
*Reason*
> Bad import
✓ Requested · 2026-11-22 07:41 UTC
▶ Waiting for approval (0 of 1) · since 07:41 UTC
○ File sent
○ Safety snapshot
○ Upload call recorded
○ Accepted by Aura
○ Running again
○ Confirmed
Reference `(id)` · asked just now, as of 2026-11-22 07:41 UTC\
""")
    assert await read(story, story.approver.gate()) == snapshot("""\
@Requester asks to load a backup file into *orders-prod* `0d5e7a11`. Nothing has been changed.
Please decide until 08:11 UTC; without a decision the request expires.
Environment *production* · project Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01` · AuraDB Business Critical · 8GB memory · 16GB storage
Data flows *from* file `sample.backup` (in the folder for uploads) with data as of 2026-11-20 07:41 UTC *to* *orders-prod* `0d5e7a11`, whose present data is lost.
Everything in it is replaced, also what was written after the file was made. The file is sent first; the safety snapshot is taken when it has arrived.
How much is replaced: *unknown*, since no way into the graph is configured.
*Reason*
> Bad import
Approvals: 0 of 1; 1 more needed. The requester cannot approve; one denial is enough to stop it.
[Approve] [Deny…] [Cancel request]\
""")
    assert console_calls(story) == snapshot(["auth"])

    await story.advance(minutes=2)
    await story.approved()
    await story.advance(minutes=12)

    op = await uploaded(story)
    assert op.phase == "done"
    assert await read(story, story.approver.card()) == snapshot("""\
# ✅ Loaded a file into orders-prod
*orders-prod* `0d5e7a11` is loaded from the file. It holds the data of the file `sample.backup` with data as of 2026-11-20 07:41 UTC. What it held before is gone from it.
Please check your application. The way back is the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`, taken just before.
Data flowed *from* file `sample.backup` (in the folder for uploads) with data as of 2026-11-20 07:41 UTC *to* *orders-prod* `0d5e7a11`; what it held before is gone.
How much is replaced: *unknown*, since no way into the graph is configured.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: production
*Project*: Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01`
*Tier and size*: AuraDB Business Critical · 8GB memory · 16GB storage
*Status when asked*: running
*File*: `sample.backup`: in the folder for uploads · SHA-256 `(sha256)`…
*What it says of itself*: backup (full, recovered), 6.7 KiB · 66.7 KiB once loaded · data as of 2026-11-20 07:41 UTC · database `neo4j`
*Requested by*: @Requester
*Approvals*: 1 of 1: @Approver One
*Plan seal*: `(seal)`
*Reason*
> Bad import
✓ Requested · 2026-11-22 07:41 UTC
✓ Approved (1 of 1) · 07:43 UTC · after 2 min
✓ File sent · 07:43 UTC · after 0 s
✓ Safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` · 07:44 UTC · after 1 min 4 s
✓ Upload call recorded · 07:44 UTC · after 0 s
✓ Accepted by Aura · 07:44 UTC · after 0 s
✓ Running again · 07:46 UTC · after 2 min 18 s
✓ Confirmed · 07:46 UTC · after 10 s
[Evidence…]
Reference `(id)` · took 5 min 32 s in all\
""")
    assert [await read(story, line) for line in story.approver.thread()] == snapshot(
        [
            "✅ Approved by @Approver One at 07:43 UTC (1 of 1).",
            "✅ @Approver One approved at 2026-11-22 07:43 UTC, which makes 1 of 1. After one more check the file is sent, and then the safety snapshot is taken.",
            "📤 The file is on its way to Aura's storage, for *orders-prod* `0d5e7a11`. The instance itself is not touched by that.",
            "✅ The file has arrived in Aura's storage. *orders-prod* `0d5e7a11` is not changed yet. Loading it may take Aura about 6 min.",
            "📸 Aura is taking the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` of *orders-prod* `0d5e7a11`. The upload waits for it; nothing has been changed yet.",
            "✅ The safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` is complete: there is a way back.",
            "▶ The upload into *orders-prod* `0d5e7a11` begins now. It goes offline, and its present data is replaced. It is too late to cancel.",
            "▶ Aura accepted the upload into *orders-prod* `0d5e7a11`. I tell you here when it runs again.",
            "✅ *orders-prod* `0d5e7a11` is running again. One more reading confirms it.",
            """\
✅ *orders-prod* `0d5e7a11` is loaded from the file. It holds the data of the file `sample.backup` with data as of 2026-11-20 07:41 UTC. What it held before is gone from it.
Please check your application. The way back is the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`, taken just before.
Requested by @Requester, approved by @Approver One. It took 5 min 32 s from request to end. Asked 07:41 UTC, done 07:46 UTC.
*Undo* asks to restore the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`: a new request with the same gates.
[Undo…]
[Evidence…]
Reference `(id)` · plan `(seal)`\
""",
        ]
    )
    assert console_calls(story) == snapshot(
        ["auth", "auth", "size", "initiate", "auth", "upload-complete"]
    )
    assert story.aura.graph(aura.ORDERS_PROD) == graph_in(sample(story))
    assert await story.audit() == snapshot(
        [
            "upload.request allowed",
            "upload.approve allowed",
            "upload.consent done",
            "upload.sent done",
            "snapshot.accepted done",
            "upload.send done",
            "upload.accepted done",
            "upload.done done",
            "upload.evidence done",
        ]
    )
    assert [r.kind for r in story.aura.restores] == ["upload"]


async def test_amazons_storage_takes_the_file_in_parts(story: Story) -> None:
    await asked(story, aura.SANDBOX_PAID, channel=DEVELOPMENT)
    await story.approver.clicks("Approve", in_=story.approver.gate(DEVELOPMENT))
    await story.advance(minutes=12)
    assert (await uploaded(story)).phase == "done"
    assert story.aura.graph(aura.SANDBOX_PAID) == graph_in(sample(story))
