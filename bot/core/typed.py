"""What a person must type to mean it: the word, the end of the id, a reason.

Each check returns None, or one sentence that says what to type instead.
"""

from bot.core.base import InstanceId

WORD = "RESTORE"
SUFFIX_LENGTH = 4
REASON_MOST = 500


def check_word(word: str) -> str | None:
    """Compare what was typed with the exact word; only blanks around it are forgiven."""
    if word.strip() == WORD:
        return None
    if word.strip().upper() == WORD:
        return f"Please type {WORD} in capital letters. Nothing has been asked for yet."
    return f"Please type the word {WORD} to go on. Nothing has been asked for yet."


def check_suffix(suffix: str, instance_id: InstanceId) -> str | None:
    """Compare what was typed with the last four characters of the id, in either case."""
    if suffix.strip().lower() == instance_id[-SUFFIX_LENGTH:].lower():
        return None
    return (
        f"These are not the last {SUFFIX_LENGTH} characters of the instance's id. "
        "Please compare the id above: is it the instance you mean?"
    )


def check_reason(reason: str) -> str | None:
    """Demand a reason of 1 to 500 characters."""
    if not reason.strip():
        return "Please say why, in a few words: the approvers and the audit log need it."
    if len(reason) > REASON_MOST:
        return f"Please say it in {REASON_MOST} characters or fewer; these are {len(reason)}."
    return None
