// The composer: Enter sends, Shift+Enter breaks the line, "/" and "@" offer what can follow.

import { avatar } from "./avatar.js";
import { cls, h, idOf } from "./dom.js";
import { icon } from "./icons.js";
import { popMenu } from "./menu.js";
import { stick } from "./scroll.js";
import { act, invalidate, nameOf, toast, ui, world } from "./store.js";

const drafts = new Map(); // person and conversation -> text
let active = 0; // the marked suggestion
let shut = ""; // the text whose suggestions were put away with Esc
const sending = new Set();

const keyOf = (channel, thread) => `${ui.as} ${channel.id} ${thread ?? ""}`;

/** Put text into the main composer of a channel, ready to send. */
export function prepare(channel, text) {
  drafts.set(keyOf(channel), text);
  shut = text;
  invalidate();
  setTimeout(() => {
    const el = document.querySelector("[data-testid=composer]");
    el?.focus();
    el?.setSelectionRange(text.length, text.length);
  }, 30);
}

function write(key, text) {
  drafts.set(key, text);
  active = 0;
  if (shut !== text) shut = "";
  invalidate();
}

async function send(channel, thread, key) {
  const text = (drafts.get(key) ?? "").trim();
  if (!text || sending.has(key)) return;
  const isCommand = text.startsWith("/");
  if (isCommand && thread) {
    // https://docs.slack.dev/interactivity/implementing-slash-commands: not available in threads
    toast(`${text.split(" ")[0]} does not work in threads. Mention @Savepoint here instead.`, "warning");
    return;
  }
  sending.add(key);
  write(key, "");
  const answer = await act(
    isCommand
      ? { kind: "command", channel: channel.id, text }
      : { kind: "say", channel: channel.id, text: withMentions(text), ...(thread && { thread_ts: thread }) },
  );
  sending.delete(key);
  if (!answer.ok && !drafts.get(key)) write(key, text); // a refused message is not lost
  stick(thread ?? channel.id);
}

/** "@Full Name" becomes the mention Slack's client would send. */
function withMentions(text) {
  const known = [...world.state.people].sort((a, b) => nameOf(b).length - nameOf(a).length);
  return known.reduce(
    (out, p) => [nameOf(p), p.name].filter(Boolean).reduce((t, name) => replaceName(t, name, p.id), out),
    text,
  );
}

function replaceName(text, name, id) {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(
    new RegExp(`(^|[\\s(])@${quoted}(?![\\w-])`, "gi"),
    (_whole, before) => `${before}<@${id}>`,
  );
}

function suggestions(text, thread) {
  if (!text || shut === text) return [];
  if (!thread && /^\/\S*$/.test(text)) {
    return (world.state.commands ?? [])
      .filter((c) => c.command.startsWith(text) && c.command !== text)
      .map((c) => ({
        id: c.command,
        label: c.command,
        hint: c.usage_hint,
        note: c.description,
        to: `${c.command} `,
      }));
  }
  const at = /(^|\s)@([\p{L}\p{N}._ -]*)$/u.exec(text);
  if (!at || at[2].includes("  ")) return [];
  const typed = at[2].toLowerCase();
  return world.state.people
    .filter(
      (p) =>
        p.kind !== "deactivated" &&
        (nameOf(p).toLowerCase().startsWith(typed) || p.name?.toLowerCase().startsWith(typed)),
    )
    .slice(0, 8)
    .map((p) => ({
      id: p.id,
      who: p,
      label: nameOf(p),
      note: p.title,
      to: `${text.slice(0, text.length - at[2].length)}${nameOf(p)} `,
    }));
}

/** Draw the composer of a channel, or of a thread in it. */
export function composer({ channel, thread }) {
  if (channel.archived)
    return h("p", { class: "composer-shut" }, "This channel is archived: nobody can write here.");
  if (channel.read_only)
    return h("p", { class: "composer-shut" }, "Sending messages to this app has been turned off.");
  if (channel.member === false) return h("p", { class: "composer-shut" }, `You are not in ${channel.name}.`);
  const key = keyOf(channel, thread);
  const text = drafts.get(key) ?? "";
  const offers = suggestions(text, thread);
  const id = idOf("composer", thread ?? "main");
  const command = thread
    ? null
    : (world.state.commands ?? []).find((c) => text === c.command || text.startsWith(`${c.command} `));
  const take = (offer) => {
    write(key, offer.to);
    document.getElementById(id)?.focus();
  };
  const sign = { channel: "#", private: "" }[channel.kind] ?? "";
  const label = thread ? "Reply in thread" : `Message ${sign}${channel.name}`;
  return h(
    "form",
    {
      class: "composer",
      key: `composer ${key}`,
      onsubmit: (event) => {
        event.preventDefault();
        send(channel, thread, key);
      },
    },
    offers.length > 0 && offerList(id, offers, take),
    command &&
      h(
        "p",
        { class: "usage", "data-testid": "usage-hint" },
        h("code", null, command.command),
        ` ${command.usage_hint ?? ""}`,
        command.description && h("span", { class: "usage-note" }, command.description),
      ),
    h(
      "div",
      { class: "composer-box" },
      h("textarea", {
        id,
        class: "composer-text",
        "data-testid": thread ? "thread-composer" : "composer",
        "aria-label": label,
        "aria-autocomplete": "list",
        "aria-controls": offers.length ? `${id}-offers` : null,
        "aria-activedescendant": offers.length ? `${id}-offer-${active}` : null,
        placeholder: thread
          ? "Reply…"
          : channel.bot_in && innerWidth > 720
            ? `${label} — or type /aura`
            : label,
        rows: "1",
        value: text,
        oninput: (event) => write(key, event.target.value),
        onkeydown: (event) => keys(event, offers, take, () => send(channel, thread, key), text),
      }),
      !thread && shortcuts(),
      h(
        "button",
        {
          type: "submit",
          class: "send",
          "aria-label": "Send",
          "data-testid": thread ? "thread-send" : "send",
          disabled: !text.trim(),
        },
        icon("send"),
      ),
    ),
  );
}

function keys(event, offers, take, submit, text) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (offers.length && step) {
    event.preventDefault();
    active = (active + step + offers.length) % offers.length;
    invalidate();
  } else if (offers.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
    event.preventDefault();
    take(offers[active] ?? offers[0]);
  } else if (offers.length && event.key === "Escape") {
    event.preventDefault();
    shut = text;
    invalidate();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  }
}

function offerList(id, offers, take) {
  return h(
    "div",
    {
      class: "offers",
      id: `${id}-offers`,
      role: "listbox",
      "aria-label": "Suggestions",
      onmousedown: (event) => event.preventDefault(),
    },
    offers.map((offer, i) =>
      h(
        "div",
        {
          key: offer.id,
          id: `${id}-offer-${i}`,
          role: "option",
          class: cls("offer", i === active && "option-active"),
          "aria-selected": String(i === active),
          onclick: () => take(offer),
        },
        offer.who && avatar(offer.who, "avatar-tiny"),
        h("strong", null, offer.label),
        offer.hint && h("code", null, offer.hint),
        offer.note && h("span", { class: "offer-note" }, offer.note),
      ),
    ),
  );
}

function shortcuts() {
  const items = (world.state.shortcuts ?? [])
    .filter((s) => s.type === "global")
    .map((s) => ({
      label: s.name,
      before: icon("bolt"),
      run: () => act({ kind: "shortcut", callback_id: s.callback_id }),
    }));
  if (!items.length) return null;
  return popMenu({
    id: "shortcuts",
    label: "Shortcuts",
    trigger: { class: "icon-button", title: "Shortcuts", "data-testid": "shortcuts" },
    content: icon("bolt"),
    items,
  });
}

/** After each drawing: the field grows with its text. */
export function afterComposer() {
  for (const el of document.querySelectorAll(".composer-text")) {
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight, 200)}px`;
  }
}
