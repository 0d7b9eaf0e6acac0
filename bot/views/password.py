"""First passwords: the private offer, and the one view in which one ever stands."""

from datetime import datetime

from pydantic import SecretStr

from bot.core.errors import BotError
from bot.core.operations import Clone
from bot.views.errors import whisper
from bot.views.forms import modal
from bot.views.ids import Action, Callback
from bot.views.kit import (
    Block,
    Message,
    View,
    actions,
    bold,
    button,
    clean,
    code,
    context,
    fields,
    moment,
    section,
)


def opening() -> View:
    """Return the view that will show a first password."""
    return _look(section("⏳ Fetching the first password …"))


def no_password(error: BotError) -> View:
    """Return the view when there is nothing to show, and why."""
    return _look(*whisper(error).blocks)


def password(name: str, url: str, username: str, secret: SecretStr) -> View:
    """Show a first password: the one view in which it ever stands."""
    return _look(
        section(f"To sign in to {bold(name)}:"),
        fields(
            [
                ("Connection URL", code(url, 200)),
                ("User", code(username, 80)),
                ("First password", f"`{secret.get_secret_value()}`"),
            ]
        ),
        section(
            "Put it into your password store *now*. When you close this, it is gone: I have "
            "forgotten it already, and Aura tells it only once."
        ),
    )


def offered(op: Clone, *, until: datetime) -> Message:
    """Offer the requester the one look, in private."""
    name = op.plan.order.name
    trouble = op.accepted.trouble if op.accepted else ""
    why = f"\nIt is not where the configuration wants it: {clean(trouble, 300)}." if trouble else ""
    return Message(
        text=f"The first password of {clean(name, 80)} waits for you until {moment(until)}.",
        blocks=(
            section(
                f"🔑 Aura gave {bold(name)} its first password. You alone can see it, *once*, "
                f"until {moment(until)}; then it is gone.{why}"
            ),
            actions(
                f"password.{op.id}",
                button("Show it once…", Action.SHOW_PASSWORD.value, op.id, style="primary"),
            ),
            context("Have your password store open first. Nobody else can press this."),
        ),
    )


def shown(*, at: datetime) -> Message:
    """Say in the place of the offer that the look is over."""
    said = f"🔑 The first password was shown to you at {moment(at)}, and is forgotten here."
    return Message(text=said, blocks=(section(said),))


def _look(*blocks: Block) -> View:
    return modal(Callback.PASSWORD, "First password", *blocks, metadata="password")
