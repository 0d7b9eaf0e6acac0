// Links to messages of this workspace lead to the message, here on the page.

import { channelOf, invalidate, ui, world } from "./store.js";

/** Open a permalink in place; any other link goes its own way. */
export function follow(event, url) {
  const target = targetOf(url);
  if (!target) return;
  event.preventDefault();
  show(target.channel, target.ts, target.thread);
}

function targetOf(url) {
  for (const [channel, messages] of Object.entries(world.state?.messages ?? {})) {
    const found = messages.find((m) => m.permalink && m.permalink === url);
    if (found) return { channel, ts: found.ts, thread: found.thread_ts };
  }
  const path = /\/archives\/(\w+)\/p(\d{10})(\d{6})(?:\?.*thread_ts=([\d.]+))?/.exec(url);
  if (path && channelOf(path[1])) {
    return { channel: path[1], ts: `${path[2]}.${path[3]}`, thread: path[4] };
  }
  return null;
}

/** Go to a message, opening its thread when it is a reply, and let it stand out for a moment. */
export function show(channel, ts, thread) {
  ui.channel = channel;
  sessionStorage.setItem("channel", channel);
  if (channelOf(channel)?.kind === "app") ui.appTab = "messages";
  ui.thread = thread && thread !== ts ? { channel, ts: thread } : null;
  if (ui.thread) ui.front = "thread";
  ui.rail = false;
  ui.highlight = ts;
  invalidate();
  setTimeout(() => {
    ui.highlight = "";
    invalidate();
  }, 4000);
}
