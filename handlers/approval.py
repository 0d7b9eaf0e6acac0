"""The decisions: approve, deny, cancel, settle."""

from typing import Any

from bot.core.base import OperationId
from bot.core.typed import check_reason
from bot.views import forms
from bot.views.ids import Field
from handlers.edge import Context
from handlers.payloads import Click, Submission


async def approve(ctx: Context, click: Click) -> None:
    """Approve a restore."""
    await ctx.house.decisions.approve(OperationId(click.value), ctx.person)


async def deny(ctx: Context, click: Click) -> None:
    """Ask for the reason of a refusal."""
    op = await ctx.house.decisions.may_decide(OperationId(click.value), ctx.person)
    await ctx.open_view(forms.deny_form(op))


async def check_denial(ctx: Context, sent: Submission) -> dict[str, Any]:
    """Demand a reason."""
    fault = check_reason(sent.get(Field.REASON) or "")
    if fault is None:
        return {}
    return {"response_action": "errors", "errors": {sent.block(Field.REASON): fault}}


async def denied(ctx: Context, sent: Submission) -> None:
    """Deny a restore with its reason."""
    reason = (sent.get(Field.REASON) or "").strip()
    await ctx.house.decisions.deny(OperationId(sent.metadata), ctx.person, reason)


async def cancel(ctx: Context, click: Click) -> None:
    """Take back a request of one's own."""
    await ctx.house.jobs.cancel(ctx.person, click.value)


async def settle_ran(ctx: Context, click: Click) -> None:
    """Say of a stuck restore that it ran."""
    await ctx.house.decisions.settle(OperationId(click.value), ctx.person, ran=True)


async def settle_not_run(ctx: Context, click: Click) -> None:
    """Say of a stuck restore that it did not run."""
    await ctx.house.decisions.settle(OperationId(click.value), ctx.person, ran=False)
