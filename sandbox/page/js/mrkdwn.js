// Slack's mrkdwn, read into elements. Whatever is not understood is shown as the text it is.

import { withEmoji } from "./emoji.js";
import { h } from "./dom.js";
import { fillDate } from "./dates.js";
import { channelOf, nameOf, openChannel, person, world } from "./store.js";
import { follow } from "./links.js";

/** `mrkdwn` text as elements: code, quotes, emphasis, links, mentions, dates, emoji. */
export function mrkdwn(text) {
  const out = [];
  String(text ?? "")
    .split(/```\n?([\s\S]*?)```\n?/)
    .forEach((part, i) => {
      if (i % 2) out.push(h("pre", { class: "code-block", tabindex: "0" }, unescape(part)));
      else if (part) out.push(...lines(part));
    });
  return out;
}

/** A `plain_text` object: only entities, line breaks and (unless refused) emoji names mean anything. */
export function plain(object) {
  if (typeof object === "string") return withEmoji(object);
  return withEmoji(object?.text ?? "", { shortNames: object?.emoji !== false });
}

/** A text composition object of either kind. */
export function textObject(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object);
}

/** The words of mrkdwn without its marks, for labels and announcements. */
export function words(text) {
  const spoken = (node) =>
    typeof node === "string" ? node : (node.props["aria-label"] ?? all(node.children.map((c) => c.node)));
  const all = (nodes) => nodes.map(spoken).join("");
  return all(mrkdwn(text));
}

function lines(text) {
  const out = [];
  let quote = [];
  const endQuote = () => {
    if (quote.length) out.push(h("blockquote", null, joined(quote)));
    quote = [];
  };
  const rows = text.split("\n");
  rows.forEach((row, i) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(row);
    if (quoted) {
      quote.push(inline(quoted[1]));
      return;
    }
    const after = quote.length > 0;
    endQuote();
    if (i && !after) out.push(h("br"));
    out.push(...inline(row));
  });
  endQuote();
  return out;
}

const joined = (rows) => rows.flatMap((row, i) => (i ? [h("br"), ...row] : row));

const MARKS = { "*": "strong", _: "em", "~": "s" };
const opens = (before, after) => !/[\p{L}\p{N}]/u.test(before) && after !== "" && !/\s/.test(after);

function inline(text) {
  const out = [];
  let plainFrom = 0;
  const flush = (to) => {
    if (to > plainFrom) out.push(...withEmoji(unescape(text.slice(plainFrom, to))));
  };
  let i = 0;
  while (i < text.length) {
    const found = at(text, i);
    if (found) {
      flush(i);
      out.push(found.node);
      i = found.end;
      plainFrom = i;
    } else i += 1;
  }
  flush(text.length);
  return out;
}

function at(text, i) {
  const char = text[i];
  if (char === "`") {
    const end = text.indexOf("`", i + 1);
    if (end > i + 1) return { node: h("code", null, unescape(text.slice(i + 1, end))), end: end + 1 };
  } else if (char === "<") {
    const end = text.indexOf(">", i);
    const node = end > i + 1 ? angle(text.slice(i + 1, end)) : null;
    if (node) return { node, end: end + 1 };
  } else if (char in MARKS && opens(text[i - 1] ?? "", text[i + 1] ?? "")) {
    const end = closing(text, i);
    if (end > 0) return { node: h(MARKS[char], null, inline(text.slice(i + 1, end))), end: end + 1 };
  }
  return null;
}

function closing(text, from) {
  for (let i = from + 1; i < text.length; i += 1) {
    const char = text[i];
    if (char === "<" || char === "`") {
      const end = text.indexOf(char === "<" ? ">" : "`", i + 1);
      if (end > 0) i = end;
    } else if (char === text[from] && i > from + 1 && !/\s/.test(text[i - 1])) {
      if (!/[\p{L}\p{N}]/u.test(text[i + 1] ?? "")) return i;
    }
  }
  return -1;
}

function angle(inside) {
  const [target, label] = split(inside, "|");
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (/^(https?:|mailto:)/i.test(target)) {
    return link(unescape(target), label ? inline(label) : [unescape(target).replace(/^mailto:/, "")]);
  }
  return null;
}

function split(text, mark) {
  const i = text.indexOf(mark);
  return i < 0 ? [text, ""] : [text.slice(0, i), text.slice(i + 1)];
}

/** A link; one to a message of this workspace opens it here. */
export function link(url, content) {
  if (!/^(https?:|mailto:)/i.test(url)) return h("span", null, content);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", onclick: (e) => follow(e, url) },
    content,
  );
}

export function userMention(id, label) {
  const who = person(id);
  const mine = id === world.state?.me;
  return h(
    "span",
    { class: mine ? "mention mention-me" : "mention", title: who?.title },
    `@${who ? nameOf(who) : label || id}`,
  );
}

export function channelMention(id, label) {
  const channel = channelOf(id);
  const name = channel?.name ?? (label || "private channel");
  if (!channel) return h("span", { class: "mention" }, `#${name}`);
  return h("button", { class: "mention", type: "button", onclick: () => openChannel(id) }, `#${name}`);
}

export function groupMention(id, label) {
  const group = world.state?.usergroups?.find((g) => g.id === id);
  const mine = group?.users.includes(world.state.me);
  const handle = group?.handle ?? (label || id).replace(/^@/, "");
  return h("span", { class: mine ? "mention mention-me" : "mention" }, `@${handle}`);
}

export function broadcast(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

function special(target, label) {
  const [word, ...rest] = target.split("^");
  if (word === "subteam") return groupMention(rest[0], label);
  if (["here", "channel", "everyone"].includes(word)) return broadcast(word);
  if (word === "date") {
    const shown = fillDate(rest[0], rest[1] ?? "");
    const node = h("time", { title: unescape(label) }, shown ?? unescape(label));
    return rest[2] ? link(unescape(rest[2]), [node]) : node;
  }
  return label ? h("span", null, unescape(label)) : null;
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
