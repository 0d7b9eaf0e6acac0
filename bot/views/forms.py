"""The parts that all modals share, and the one that asks an approver why not."""

from bot.core.operations import Asked
from bot.core.typed import REASON_MOST
from bot.views.ids import VALUE, Callback, Field
from bot.views.kinds import of
from bot.views.kit import Block, View, clean, plain, section


def deny_form(op: Asked) -> View:
    """Return the modal that asks an approver why not."""
    return modal(
        Callback.DENY,
        f"Deny the {op.NOUN}",
        section(
            f"The {of(op)} ({clean(op.environment, 60)}) ends "
            "here, and nothing is changed. Your reason is shown in the thread."
        ),
        text("Reason", Field.REASON, op.id, hint="What should the requester do instead?"),
        metadata=op.id,
        submit="Deny",
        close="Back",
    )


def modal(
    callback: Callback,
    title: str,
    *blocks: Block,
    metadata: str,
    submit: str | None = None,
    close: str | None = None,
) -> View:
    """Make a modal; ``metadata`` is an opaque id of ours and nothing else."""
    view: View = {
        "type": "modal",
        "callback_id": callback.value,
        "private_metadata": metadata,
        "title": plain(title),
        "close": plain(close or ("Cancel" if submit else "Close")),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(submit)
    return view


def block(field: Field, draft_id: str) -> str:
    """Return the block id of a field in the modal of a draft."""
    return f"{field.value}.{draft_id}"


def field(
    label: str, element: Block, name: Field, draft_id: str, *, hint: str = "", dispatch: bool
) -> Block:
    """Make an input; with ``dispatch`` it reports each choice at once."""
    made: Block = {
        "type": "input",
        "block_id": block(name, draft_id),
        "label": plain(label),
        "element": element,
        "dispatch_action": dispatch,
    }
    if hint:
        made["hint"] = plain(hint)
    return made


def text(label: str, name: Field, draft_id: str, *, hint: str, most: int = REASON_MOST) -> Block:
    """Make a text input of at most ``most`` characters; long ones get several lines."""
    element: Block = {"type": "plain_text_input", "action_id": VALUE, "max_length": most}
    if most == REASON_MOST:
        element["multiline"] = True
    return field(label, element, name, draft_id, hint=hint, dispatch=False)
