"""What the stories about uploads share."""

from bot.core.operations import Upload
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen
from tests.stories.harness import Story


async def uploaded(story: Story) -> Upload:
    """The newest operation as it is stored: an upload."""
    [op] = await story.bot.operations.recent(1)
    assert isinstance(op, Upload)
    return op


async def read(story: Story, seen: Seen) -> str:
    """What a person reads, with words for what differs in every run."""
    op = await uploaded(story)
    return (await story.read(seen)).replace(op.plan.file.sha256[:16], "(sha256)")


def sample(story: Story, name: str = "sample.backup") -> bytes:
    """A file of the folder for uploads."""
    folder = story.bot.settings.upload.folder
    assert folder is not None
    return (folder / name).read_bytes()


def put(story: Story, name: str, content: bytes) -> None:
    """Lay a file into the folder for uploads."""
    folder = story.bot.settings.upload.folder
    assert folder is not None
    (folder / name).write_bytes(content)


async def anybody(_: str) -> tuple[str, ...]:
    """Nothing speaks against looking."""
    return ()


def console_calls(story: Story) -> list[str]:
    """The calls to the console in short: `auth`, `size` ..."""
    calls = [c for c in story.aura.calls if "/import" in c.path]
    return [c.path.split("/import")[1].strip("/") or "initiate" for c in calls]


def loads(story: Story) -> int:
    """How often Aura was told to load a file."""
    return console_calls(story).count("upload-complete")


async def asked(
    story: Story,
    instance: str = aura.ORDERS_PROD,
    file: str = "sample.backup",
    channel: str = slack.OPS_PRODUCTION,
    **more: str,
) -> None:
    """Let the requester ask for an upload."""
    await story.requester.types(f"/aura upload {instance} {file}", channel)
    errors = await story.requester.sends(reason="Bad import", suffix=instance[-4:], **more)
    assert errors == {}, errors
