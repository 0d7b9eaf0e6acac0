// The middle of the page: a conversation with its header, messages and composer; or the app's Home.

import { cls, h } from "./dom.js";
import { composer } from "./composer.js";
import { day, ofTs } from "./dates.js";
import { home } from "./home.js";
import { icon } from "./icons.js";
import { follows, message } from "./message.js";
import { act, bot, channelOf, invalidate, nameOf, ui, world } from "./store.js";

export const SIGNS = { channel: "hash", private: "lock", dm: "at", app: "bolt" };

/** Draw the open conversation. */
export function channelPane() {
  const channel = channelOf(ui.channel);
  if (!channel) return h("main", { class: "pane" }, h("p", { class: "empty" }, "Choose a conversation."));
  const isHome = channel.kind === "app" && ui.appTab === "home";
  return h(
    "main",
    { class: "pane", "aria-label": channel.name, "data-testid": "channel-pane", "data-channel": channel.id },
    header(channel),
    channel.kind === "app" && tabs(channel),
    isHome ? home() : [messages(channel), composer({ channel })],
  );
}

function header(channel) {
  return h(
    "header",
    { class: "pane-head" },
    h(
      "h1",
      { class: "pane-title", "data-testid": "channel-title" },
      channel.kind === "app" ? null : icon(SIGNS[channel.kind]),
      channel.name,
    ),
    ["channel", "private"].includes(channel.kind) &&
      bot() &&
      h(
        "p",
        { class: "pane-note" },
        channel.archived
          ? "Archived"
          : channel.bot_in
            ? `${nameOf(bot())} is here`
            : `${nameOf(bot())} is not in this channel`,
      ),
  );
}

function tabs(channel) {
  const tab = (name, label) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(ui.appTab === name),
        "data-testid": `app-tab-${name}`,
        onclick: () => {
          ui.appTab = name;
          if (name === "home") act({ kind: "home" });
          invalidate();
        },
      },
      label,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": channel.name },
    tab("home", "Home"),
    tab("messages", "Messages"),
  );
}

/** The messages that stand in the channel itself: roots, not replies. */
export const roots = (id) =>
  (world.state.messages[id] ?? []).filter((m) => !m.thread_ts || m.thread_ts === m.ts);

function messages(channel) {
  const list = roots(channel.id);
  let last = null;
  const rows = [];
  for (const m of list) {
    const label = day(ofTs(m.ts));
    const newDay = !last || day(ofTs(last.ts)) !== label;
    if (newDay) rows.push(h("li", { class: "day", key: `day ${label}` }, h("span", null, label)));
    rows.push(message(channel.id, m, { compact: !newDay && follows(m, last) }));
    last = m;
  }
  return h(
    "div",
    {
      class: "scroll",
      key: `scroll ${channel.id}`,
      "data-scroll": channel.id,
      tabindex: "0",
      role: "region",
      "aria-label": `Messages in ${channel.name}`,
    },
    rows.length
      ? h("ol", { class: "messages" }, rows)
      : h(
          "div",
          { class: cls("empty", "empty-channel") },
          h("p", null, `This is the very beginning of ${channel.name}.`),
          channel.bot_in &&
            h("p", null, "Type ", h("code", null, "/aura help"), " to see what Savepoint can do."),
        ),
  );
}
