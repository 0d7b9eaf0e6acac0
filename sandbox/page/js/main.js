// The beginning: fetch, follow, and draw everything from what is known.

import { afterComposer } from "./composer.js";
import { channelPane, roots } from "./channel.js";
import { cls, h, patch } from "./dom.js";
import { icon } from "./icons.js";
import { afterModal, modal } from "./modal.js";
import { words } from "./mrkdwn.js";
import { panel } from "./panel.js";
import { confirmDialog } from "./press.js";
import { afterScroll, beforeDraw } from "./scroll.js";
import { afterDraw as afterSelect } from "./select.js";
import { caption } from "./scenarios.js";
import { applyTheme, markRead, rail, theme, topBar } from "./shell.js";
import {
  act,
  channelOf,
  dismiss,
  follow,
  invalidate,
  loadFaults,
  loadTimeline,
  nameOf,
  on,
  onDraw,
  person,
  refresh,
  toasts,
  ui,
  world,
} from "./store.js";
import { threadPane } from "./thread.js";

const $ = (id) => document.getElementById(id);

function draw() {
  if (!world.state) {
    if (world.failed)
      patch(
        $("app"),
        h("p", { class: "booting", role: "alert" }, `The sandbox does not answer: ${world.failed}`),
      );
    return;
  }
  if (!channelOf(ui.channel)) ui.channel = firstChannel();
  beforeDraw();
  const thread = threadPane();
  const side = panel();
  const told = caption();
  $("app").className = cls(
    "app",
    ui.rail && "with-rail",
    told && "with-caption",
    thread && "with-thread",
    side && "with-panel",
    `front-${thread ? ui.front : "panel"}`,
  );
  patch($("app"), [
    topBar(),
    !world.state.views.length && told,
    rail(),
    h("div", {
      class: "shade",
      key: "shade",
      onclick: () => {
        ui.rail = false;
        invalidate();
      },
    }),
    channelPane(),
    thread,
    side,
  ]);
  // What lies outside an open dialog is inert: notices and the caption go inside too.
  const dialog = modal(() => [toastList(), caption()], Boolean(told));
  patch($("modal-root"), [dialog, confirmDialog()]);
  patch($("toasts"), dialog ? [] : toastList());
  afterScroll();
  afterComposer();
  afterSelect();
  afterModal();
  markRead();
  document.title = `${channelOf(ui.channel)?.name ?? ""} – Savepoint sandbox`;
}

function firstChannel() {
  const { channels } = world.state;
  return (
    (channels.find((c) => c.bot_in && c.kind === "channel" && c.member !== false) ?? channels[0])?.id ?? ""
  );
}

function toastRow({ id, text, tone }) {
  return h(
    "div",
    {
      key: id,
      class: `toast toast-${tone}`,
      role: tone === "info" ? "status" : "alert",
      "data-testid": "toast",
    },
    icon(tone === "info" ? "info" : "warn"),
    h("p", null, text),
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => dismiss(id) },
      icon("close"),
    ),
  );
}

const toastList = () => h("div", { class: "toasts", key: "toasts" }, toasts.map(toastRow));

let newest = null; // {as, channel, ts} of the last message spoken

/** Read a new message of the open conversation to those who listen rather than look. */
function announce() {
  const last = roots(ui.channel).at(-1);
  const where = `${ui.as} ${ui.channel}`;
  if (last && newest?.where === where && newest.ts !== last.ts && !last.deleted) {
    $("announcer").textContent = `${nameOf(person(last.user))}: ${words(last.text)}`;
  }
  newest = { where, ts: last?.ts };
}

onDraw(draw);
on("state", announce);
applyTheme(theme());
document.addEventListener("visibilitychange", () => invalidate());

await refresh();
follow();
loadFaults();
if (ui.panel === "timeline") loadTimeline();
if (channelOf(ui.channel)?.kind === "app" && ui.appTab === "home") act({ kind: "home" });
