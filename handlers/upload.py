"""`/aura upload …`: the modal from its opening to the sent request."""

from bot.core.commands import UploadStart
from bot.core.errors import BotError, NotRestorable
from bot.core.operations import Origin
from bot.views import upload as views
from bot.views.kit import Message
from handlers.asking import Asking
from handlers.edge import Context
from handlers.payloads import Click

ASKING = Asking(views.FORM, lambda house: house.uploads, "/aura upload")


async def start(ctx: Context, command: UploadStart) -> Message | None:
    """Open the modal at once and fill it in; by mention, offer the button that can."""
    if ctx.trigger_id is None:
        instance, _ = await ctx.house.uploads.find(ctx.person, command.instance)
        kept = await ctx.house.uploads.draft(
            ctx.person, ctx.origin, command.file, instance_id=instance.id
        )
        return views.doorway(instance, file=command.file, draft_id=kept.id)
    await _open(ctx, instance=command.instance, file=command.file)
    return None


async def open_button(ctx: Context, click: Click) -> None:
    """Open the modal from a button, for whoever presses it."""
    kept = await ctx.house.world.drafts.get(click.value)
    if kept is None or kept.instance_id is None:
        raise NotRestorable("this button is older than an hour", hint="Type the command again.")
    await _open(ctx, instance=kept.instance_id, file=kept.text)


async def _open(ctx: Context, *, instance: str, file: str) -> None:
    """Open first, look afterwards: the trigger lives 3 s (slack: Modals)."""
    origin = Origin(channel=ctx.origin.channel, thread_ts=ctx.origin.thread_ts)
    draft = await ctx.house.uploads.draft(ctx.person, origin, file)
    view_id = await ctx.open_view(views.FORM.loading_view(draft_id=draft.id))
    try:
        filled, facts = await ctx.house.uploads.choose(draft, instance=instance)
    except BotError as trouble:
        await ctx.update_view(view_id, views.FORM.broken_view(trouble, draft_id=draft.id))
        return
    if await ctx.update_view(view_id, views.form(facts, draft_id=draft.id)):
        await ctx.house.world.drafts.save(filled)
