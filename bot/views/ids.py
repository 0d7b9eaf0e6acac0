"""Every id on the Slack wire: actions, blocks, callbacks. Each has one route in `handlers`.

A button's ``value`` and a view's ``private_metadata`` hold an opaque id of ours and nothing else.
"""

from enum import StrEnum


class Action(StrEnum):
    """``action_id`` of buttons and inputs that send a click."""

    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"
    UNDO = "undo"
    SETTLE_RAN = "settle_ran"
    SETTLE_NOT_RUN = "settle_not_run"
    OPEN_RESTORE = "open_restore"
    """A button that opens the restore modal; value = instance id, or empty to choose."""
    OPEN_OVERWRITE = "open_overwrite"
    """A button that opens the overwrite modal; value = target, source and perhaps a snapshot."""
    PICK_SOURCE = "pick_source"
    """In the overwrite modal: the source's snapshot was chosen (external_select)."""
    OPEN_UPLOAD = "open_upload"
    """A button that opens the upload modal; value = id of the draft with instance and file."""
    OPEN_CLONE = "open_clone"
    """A button that opens the clone modal; value = instance id, and perhaps a snapshot id."""
    PICK_CLONE = "pick_clone"
    """In the clone modal: another choice was made; ends in ``:`` and the field (static_select)."""
    PICK_EXPORTABLE = "pick_exportable"
    """In the clone modal: the snapshot was chosen (external_select)."""
    SHOW_PASSWORD = "show_password"  # noqa: S105 -- a button
    """Show the requester a first password, once; value = operation id."""
    SNAPSHOT_PAGE = "snapshot_page"
    """Turn the page of a snapshot list; value = id of the stored listing and the page.

    On the wire it ends in ``:older`` or ``:newer``, since two buttons of a block must differ.
    """
    PICK_INSTANCE = "pick_instance"
    """In the restore modal: the instance was chosen (external_select)."""
    PICK_SNAPSHOT = "pick_snapshot"
    """In the restore modal: the snapshot was chosen (external_select)."""
    OPEN_CARD = "open_card"
    """A link button; Slack sends a click for it too, and it wants an ack."""
    TAKE_SNAPSHOT = "take_snapshot"
    """On the Home tab; value = instance id."""
    ALERT_ACKNOWLEDGE = "alert_acknowledge"
    ALERT_ASSIGN = "alert_assign"
    ALERT_SNOOZE = "alert_snooze"
    """Silence an alert for a while; value = its id and for how long; ends in ``:1``, ``:8``…"""
    UPLOAD_ADDRESS = "upload_address"
    """On the card of a guided export: show the presser an upload address; value = operation id."""
    EVIDENCE = "evidence"
    """Show the signed record of what has ended; value = operation id."""
    HOME_PAGE = "home_page"
    """Turn the page of the Home tab; value = the page; ends in ``:next``, ``:previous``."""
    HOME_PART = "home_part"
    """On the Home tab: other instances were chosen; value = the key of a part (static_select)."""


class Callback(StrEnum):
    """``callback_id`` of modals and shortcuts."""

    RESTORE = "restore"
    OVERWRITE = "overwrite"
    UPLOAD = "upload"
    CLONE = "clone"
    PASSWORD = "password"  # noqa: S105 -- a view
    """The view of a first password; it has nothing to send."""
    DENY = "deny"
    RESTORE_SHORTCUT = "restore_shortcut"
    """Global shortcut: open the restore modal."""
    THREAD_SHORTCUT = "thread_shortcut"
    """Message shortcut: open the restore modal, keeping the thread."""


class Field(StrEnum):
    """``block_id`` of inputs; in a modal they carry the draft's id behind a dot."""

    INSTANCE = "instance"
    SNAPSHOT = "snapshot"
    REASON = "reason"
    WORD = "word"
    SUFFIX = "suffix"
    WAIVER = "waiver"
    REHEARSE = "rehearse"
    NAME = "name"
    PROJECT = "project"
    TIER = "tier"
    PLACE = "place"
    SIZE = "size"


VALUE = "value"
"""``action_id`` of plain inputs."""
