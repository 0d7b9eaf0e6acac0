"""Slack payload in, typed value, one service call, one view out. Here is the whole routing."""

from slack_bolt.async_app import AsyncApp

from bot.core import commands as c
from bot.services.house import House
from bot.views.ids import Action, Callback
from handlers import (
    alert,
    approval,
    clone,
    drill,
    export,
    help,
    home,
    instance,
    job,
    overwrite,
    report,
    restore,
    schedule,
    snapshot,
    upload,
    vault,
    workflow,
)
from handlers.edge import Tasks
from handlers.listener import Listener, Routes

ROUTES = Routes(
    commands={
        c.Help: help.show,
        c.InstanceList: instance.list_,
        c.InstanceShow: instance.show,
        c.SnapshotList: snapshot.list_,
        c.SnapshotShow: snapshot.show,
        c.SnapshotTake: snapshot.take,
        c.RestoreStart: restore.start,
        c.OverwriteStart: overwrite.start,
        c.CloneStart: clone.start,
        c.UploadStart: upload.start,
        c.ExportStart: export.start,
        c.DrillStart: drill.start,
        c.VaultList: vault.list_,
        c.VaultShow: vault.show,
        c.VaultVerify: vault.verify,
        c.VaultHold: vault.hold,
        c.VaultRelease: vault.release,
        c.VaultExpire: vault.expire,
        c.ScheduleList: schedule.list_,
        c.ScheduleAdd: schedule.add,
        c.SchedulePause: schedule.pause,
        c.ScheduleResume: schedule.resume,
        c.ScheduleRemove: schedule.remove,
        c.ScheduleRun: schedule.run,
        c.ScheduleDeployed: schedule.deployed,
        c.ReportShow: report.show,
        c.JobList: job.list_,
        c.JobShow: job.show,
        c.JobCancel: job.cancel,
    },
    buttons={
        Action.APPROVE: approval.approve,
        Action.DENY: approval.deny,
        Action.CANCEL: approval.cancel,
        Action.SETTLE_RAN: approval.settle_ran,
        Action.SETTLE_NOT_RUN: approval.settle_not_run,
        Action.UNDO: restore.undo,
        Action.OPEN_RESTORE: restore.open_button,
        Action.OPEN_OVERWRITE: overwrite.open_button,
        Action.PICK_SOURCE: overwrite.pick_snapshot,
        Action.OPEN_UPLOAD: upload.open_button,
        Action.OPEN_CLONE: clone.open_button,
        Action.PICK_CLONE: clone.pick,
        Action.PICK_EXPORTABLE: clone.pick_snapshot,
        Action.SHOW_PASSWORD: clone.show_password,
        Action.PICK_INSTANCE: restore.pick_instance,
        Action.PICK_SNAPSHOT: restore.pick_snapshot,
        Action.SNAPSHOT_PAGE: snapshot.turn_page,
        Action.TAKE_SNAPSHOT: snapshot.take_button,
        Action.UPLOAD_ADDRESS: export.address,
        Action.HOME_PAGE: home.turn_page,
        Action.HOME_PART: home.choose,
        Action.ALERT_ACKNOWLEDGE: alert.acknowledge,
        Action.ALERT_ASSIGN: alert.assign,
        Action.ALERT_SNOOZE: alert.snooze,
        Action.EVIDENCE: drill.evidence,
        Action.OPEN_CARD: None,  # a link: Slack wants its ack, and nothing else happens
    },
    modals={
        Callback.RESTORE: (restore.ASKING.check, restore.ASKING.submit),
        Callback.OVERWRITE: (overwrite.ASKING.check, overwrite.ASKING.submit),
        Callback.UPLOAD: (upload.ASKING.check, upload.ASKING.submit),
        Callback.CLONE: (clone.check, clone.submit),
        Callback.PASSWORD: (clone.closed, clone.nothing),
        Callback.DENY: (approval.check_denial, approval.denied),
    },
    options={
        Action.PICK_INSTANCE: restore.instances,
        Action.PICK_SNAPSHOT: restore.snapshots,
        Action.PICK_SOURCE: overwrite.snapshots,
        Action.PICK_EXPORTABLE: clone.snapshots,
    },
    shortcuts={
        Callback.RESTORE_SHORTCUT: restore.shortcut,
        Callback.THREAD_SHORTCUT: restore.shortcut,
    },
    home=home.shown,
    home_changes=frozenset(
        (
            Action.TAKE_SNAPSHOT,
            Action.ALERT_ACKNOWLEDGE,
            Action.ALERT_ASSIGN,
            Action.ALERT_SNOOZE,
        )
    ),
    steps={"take_snapshot": workflow.take_snapshot},
)


def register(app: AsyncApp, house: House) -> Tasks:
    """Tell Bolt who listens to what; returns the tasks that outlive their listeners."""
    listener = Listener(house, ROUTES)
    app.command("/aura")(listener.command)
    app.event("app_mention")(listener.mention)
    app.event("app_home_opened")(listener.home)
    for step in ROUTES.steps:
        app.function(step, auto_acknowledge=False)(listener.step)
    for action in ROUTES.buttons:
        app.action(listener.pattern(action))(listener.click)
    for callback in ROUTES.modals:
        app.view(callback)(listener.submission)
    for action in ROUTES.options:
        app.options(action)(listener.suggestion)
    for callback in ROUTES.shortcuts:
        app.shortcut(callback)(listener.shortcut)
    return listener.tasks
