// The timeline: what the bot received, and what it called because of that.

import { cls, h } from "./dom.js";
import { icon } from "./icons.js";
import { invalidate, world } from "./store.js";

const filter = { service: "all", direction: "all", text: "" };
const unfolded = new Set();

const isIn = (entry) => entry.direction.startsWith("in");
const isBad = (entry) =>
  Boolean(entry.status) && entry.status !== "ok" && !/^2\d\d/.test(String(entry.status));

function wanted(entry) {
  if (filter.service !== "all" && entry.service !== filter.service) return false;
  if (filter.direction !== "all" && (filter.direction === "in") !== isIn(entry)) return false;
  const text = filter.text.trim().toLowerCase();
  return (
    !text ||
    `${entry.what} ${entry.status} ${JSON.stringify(entry.detail ?? "")}`.toLowerCase().includes(text)
  );
}

/** Entries in groups: a cause the bot received, then the calls that came after it; newest group first. */
function groups() {
  const out = [];
  for (const entry of world.entries.filter(wanted)) {
    if (isIn(entry) || !out.length)
      out.push({ cause: isIn(entry) ? entry : null, key: entry.n, effects: isIn(entry) ? [] : [entry] });
    else out.at(-1).effects.push(entry);
  }
  return out.reverse();
}

const SHOWN = 60; // groups; older ones are a filter away

/** Draw the tab. */
export function timelineTab() {
  const found = groups();
  return [
    h(
      "div",
      { class: "timeline-filters" },
      choice("Service", "service", [
        ["all", "All"],
        ["slack", "Slack"],
        ["aura", "Aura"],
        ["bot", "Bot"],
      ]),
      choice("Direction", "direction", [
        ["all", "Both"],
        ["in", "Received"],
        ["out", "Called"],
      ]),
      h("input", {
        class: "input",
        type: "search",
        "aria-label": "Filter by word",
        placeholder: "Filter by word",
        value: filter.text,
        oninput: (event) => {
          filter.text = event.target.value;
          invalidate();
        },
      }),
    ),
    found.length
      ? h("ol", { class: "timeline" }, found.slice(0, SHOWN).map(group))
      : h(
          "p",
          { class: "empty" },
          world.entries.length
            ? "Nothing fits the filter."
            : "Nothing has happened yet. Type a command and watch.",
        ),
  ];
}

function choice(label, name, options) {
  return h(
    "div",
    { class: "segments", role: "group", "aria-label": label },
    options.map(([value, text]) =>
      h(
        "button",
        {
          type: "button",
          class: "segment",
          "aria-pressed": String(filter[name] === value),
          onclick: () => {
            filter[name] = value;
            invalidate();
          },
        },
        text,
      ),
    ),
  );
}

function group({ cause, key, effects }) {
  return h(
    "li",
    { class: "timeline-group", key },
    cause && row(cause),
    effects.length > 0 &&
      h(
        "ul",
        { class: cls("effects", cause && "effects-caused") },
        effects.map((e) => h("li", { key: e.n }, row(e))),
      ),
  );
}

function row(entry) {
  const open = unfolded.has(entry.n);
  const detail = entry.detail && Object.keys(entry.detail).length > 0;
  const time = new Date(entry.at);
  return [
    h(
      "button",
      {
        type: "button",
        class: cls("entry", isIn(entry) && "entry-in", isBad(entry) && "entry-bad"),
        "data-testid": "timeline-entry",
        "data-service": entry.service,
        "data-direction": isIn(entry) ? "in" : "out",
        "data-what": entry.what,
        "aria-expanded": detail ? String(open) : null,
        onclick: () => {
          if (open) unfolded.delete(entry.n);
          else unfolded.add(entry.n);
          invalidate();
        },
      },
      icon(isIn(entry) ? "into" : "out", "entry-arrow"),
      h("span", { class: `service service-${entry.service}` }, entry.service),
      h(
        "span",
        { class: "entry-what" },
        h("span", { class: "sr-only" }, isIn(entry) ? "received " : "called "),
        entry.what,
        entry.status &&
          entry.status !== "ok" &&
          h("span", { class: cls("entry-status", isBad(entry) && "bad") }, ` ${entry.status}`),
      ),
      h("time", { title: time.toISOString() }, time.toLocaleTimeString([], { hour12: false })),
    ),
    open &&
      detail &&
      h("pre", { class: "entry-detail", tabindex: "0" }, JSON.stringify(entry.detail, null, 2)),
  ];
}
