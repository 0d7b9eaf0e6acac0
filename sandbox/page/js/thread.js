// The thread pane: a root message, its replies, and a composer that answers in the thread.

import { h } from "./dom.js";
import { composer } from "./composer.js";
import { icon } from "./icons.js";
import { follows, message } from "./message.js";
import { channelOf, invalidate, ui, world } from "./store.js";

export function closeThread() {
  ui.thread = null;
  ui.front = "panel";
  invalidate();
}

/** Draw the open thread, if any. */
export function threadPane() {
  if (!ui.thread) return null;
  const { channel: id, ts } = ui.thread;
  const channel = channelOf(id);
  const all = world.state.messages[id] ?? [];
  const root = all.find((m) => m.ts === ts);
  const replies = all.filter((m) => m.thread_ts === ts && m.ts !== ts);
  if (!channel || (!root && !replies.length)) return null;
  const count = replies.filter((m) => !m.ephemeral).length;
  return h(
    "aside",
    {
      class: "thread",
      key: "thread",
      "aria-label": "Thread",
      "data-testid": "thread",
      onkeydown: (event) => event.key === "Escape" && !event.defaultPrevented && closeThread(),
    },
    h(
      "header",
      { class: "pane-head" },
      h("h2", { class: "pane-title" }, "Thread"),
      h("p", { class: "pane-note" }, `${channel.kind === "channel" ? "#" : ""}${channel.name}`),
      h(
        "button",
        {
          type: "button",
          class: "icon-button pane-close",
          "aria-label": "Close thread",
          "data-testid": "close-thread",
          onclick: closeThread,
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      {
        class: "scroll",
        key: `scroll ${ts}`,
        "data-scroll": ts,
        tabindex: "0",
        role: "region",
        "aria-label": "Replies",
      },
      h(
        "ol",
        { class: "messages" },
        root && message(id, root, { inThread: true }),
        h(
          "li",
          { class: "count", key: "count" },
          h("span", null, count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet"),
        ),
        replies.map((m, i) => message(id, m, { inThread: true, compact: follows(m, replies[i - 1]) })),
      ),
    ),
    composer({ channel, thread: ts }),
  );
}
