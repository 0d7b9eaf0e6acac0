// One message: who, when, what, and what can be done with it.

import { cls, h, idOf } from "./dom.js";
import { avatar, badge } from "./avatar.js";
import { blocks } from "./blocks.js";
import { ago, clock, exact, ofTs } from "./dates.js";
import { icon } from "./icons.js";
import { popMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, nameOf, openThread, person, ui, world } from "./store.js";

const WITHIN = 300; // seconds in which a second message of the same person needs no new name

/** May `message` stand under `before` without repeating who speaks? */
export function follows(message, before) {
  if (!before || before.user !== message.user || before.ephemeral !== message.ephemeral) return false;
  if (before.reply_count || before.deleted || message.deleted || message.blocks?.length) return false;
  return Number(message.ts) - Number(before.ts) < WITHIN;
}

/** Draw a message of `channel`; inside a thread pane the thread's own links are left out. */
export function message(channel, m, { compact = false, inThread = false } = {}) {
  const who = person(m.user);
  const at = ofTs(m.ts);
  return h(
    "li",
    {
      key: m.ts,
      class: cls(
        "message",
        compact && "message-compact",
        m.ephemeral && "message-ephemeral",
        m.deleted && "message-deleted",
        ui.highlight === m.ts && "message-highlight",
      ),
      "data-testid": "message",
      "data-ts": m.ts,
      "data-channel": channel,
      "data-user": m.user,
      "data-ephemeral": m.ephemeral ? "true" : null,
    },
    h(
      "div",
      { class: "message-side" },
      compact ? h("time", { class: "message-quiet-time", title: exact(at) }, clock(at)) : avatar(who),
    ),
    h(
      "div",
      { class: "message-main" },
      m.ephemeral && !compact && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      !compact &&
        h(
          "p",
          { class: "message-head" },
          h("span", { class: "message-name", title: who?.title }, nameOf(who)),
          badge(who),
          h("time", { class: "message-time", datetime: at.toISOString(), title: exact(at) }, clock(at)),
        ),
      body(channel, m),
      !inThread && m.reply_count > 0 && replies(channel, m),
    ),
    !m.deleted && toolbar(channel, m, inThread),
  );
}

function body(channel, m) {
  if (m.deleted) return h("p", { class: "gone" }, "This message was deleted.");
  if (m.blocks?.length) return blocks({ channel, ts: m.ts }, m.blocks); // edits of blocks bear no mark in Slack
  return h("div", { class: "text" }, mrkdwn(m.text), m.edited && h("span", { class: "edited" }, " (edited)"));
}

function replies(channel, m) {
  const inside = (world.state.messages[channel] ?? []).filter((r) => r.thread_ts === m.ts && r.ts !== m.ts);
  const faces = [...new Set(inside.map((r) => r.user))].slice(0, 4);
  const last = inside.at(-1);
  return h(
    "button",
    {
      type: "button",
      class: "replies",
      "data-testid": "open-thread",
      onclick: () => openThread(channel, m.ts),
    },
    faces.map((id) => avatar(person(id), "avatar-tiny")),
    h("span", { class: "replies-count" }, `${m.reply_count} ${m.reply_count === 1 ? "reply" : "replies"}`),
    last && h("span", { class: "replies-last" }, `Last reply ${ago(ofTs(last.ts))}`),
  );
}

function toolbar(channel, m, inThread) {
  const items = (world.state.shortcuts ?? [])
    .filter((s) => s.type === "message" && !m.ephemeral)
    .map((s) => ({
      label: s.name,
      before: icon("bolt"),
      run: () => act({ kind: "message_shortcut", callback_id: s.callback_id, channel, ts: m.ts }),
    }));
  if (m.user === world.state.me || m.ephemeral || m.bot) {
    items.push({
      label: "Delete message",
      before: icon("trash"),
      run: () => act({ kind: "delete", channel, ts: m.ts }),
    });
  }
  return h(
    "div",
    { class: "toolbar" },
    !inThread &&
      !m.ephemeral &&
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Reply in thread",
          title: "Reply in thread",
          "data-testid": "reply-in-thread",
          onclick: () => openThread(channel, m.thread_ts ?? m.ts),
        },
        icon("reply"),
      ),
    items.length > 0 &&
      popMenu({
        id: idOf("m", inThread ? "t" : "c", m.ts),
        label: "More actions",
        trigger: { class: "icon-button", title: "More actions", "data-testid": "message-menu" },
        items,
      }),
  );
}
