// Every kind of select menu as one combobox: type to filter, arrows to move, Enter to choose.

import { cls, h } from "./dom.js";
import { placeList } from "./floating.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { act, invalidate, nameOf, person, world } from "./store.js";

let open = null; // {id, query, active, groups, waiting}: one list is open at a time
let asking = 0;
let timer = 0;

const label = (option) => option.text?.text ?? "";
const option = (value, text, description) => ({ value, text: { type: "plain_text", text }, description });

function people() {
  return world.state.people
    .filter((p) => p.kind !== "bot" && p.kind !== "deactivated")
    .map((p) => option(p.id, nameOf(p), p.title ? { type: "plain_text", text: p.title } : undefined));
}

function channels(kinds) {
  return world.state.channels.filter((c) => kinds.includes(c.kind)).map((c) => option(c.id, `#${c.name}`));
}

// How each type of menu names its value, and where its options come from.
const KINDS = {
  static_select: { field: "selected_option" },
  external_select: { field: "selected_option", external: true },
  users_select: { field: "selected_user", ids: people },
  channels_select: { field: "selected_channel", ids: () => channels(["channel"]) },
  conversations_select: { field: "selected_conversation", ids: () => channels(["channel", "private"]) },
  multi_static_select: { field: "selected_options", many: true },
  multi_external_select: { field: "selected_options", many: true, external: true },
  multi_users_select: { field: "selected_users", many: true, ids: people },
};

export const isSelect = (type) => type in KINDS;

function chosen(kind, value) {
  const raw = value?.[kind.field];
  const list = kind.many ? (raw ?? []) : raw ? [raw] : [];
  if (!kind.ids) return list;
  const known = kind.ids();
  return list.map((id) => known.find((o) => o.value === id) ?? option(id, nameOf(person(id))));
}

function packed(kind, options) {
  const values = options.map((o) => (kind.ids ? o.value : o));
  return { [kind.field]: kind.many ? values : (values[0] ?? null) };
}

const groupsOf = (source) =>
  source.option_groups?.map((g) => ({ title: g.label, options: g.options })) ?? [
    { title: null, options: source.options ?? [] },
  ];

function groupsNow(element, kind) {
  if (kind.external) return open.groups;
  const groups = groupsOf(kind.ids ? { options: kind.ids() } : element);
  const query = open.query.trim().toLowerCase();
  if (!query) return groups;
  return groups
    .map((g) => ({
      ...g,
      options: g.options.filter((o) =>
        `${label(o)} ${o.description?.text ?? ""}`.toLowerCase().includes(query),
      ),
    }))
    .filter((g) => g.options.length);
}

/** Draw a select. `value` is its state, `change` gets the new one; `props` name it for screen readers. */
export function select({ id, place, block, element, value, change, clearable, props }) {
  const kind = KINDS[element.type];
  const picked = chosen(kind, value);
  const isOpen = open?.id === id;
  const groups = isOpen ? groupsNow(element, kind) : [];
  const flat = groups.flatMap((g) => g.options);

  const ask = () => {
    clearTimeout(timer);
    const least = element.min_query_length ?? 3;
    if (open.query.length < least) {
      Object.assign(open, { groups: [], waiting: false, least });
      return;
    }
    open.waiting = true;
    open.least = 0;
    asking += 1;
    const mine = asking;
    const where = place.view ? { view_id: place.view.id } : { channel: place.channel, ts: place.ts };
    timer = setTimeout(async () => {
      const answer = await act({
        kind: "suggest",
        ...where,
        block_id: block,
        action_id: element.action_id,
        value: open?.query ?? "",
      });
      if (mine !== asking || open?.id !== id) return;
      Object.assign(open, { groups: answer.ok ? groupsOf(answer) : [], waiting: false, active: 0 });
      invalidate();
    }, 150);
  };

  const show = (query = "") => {
    if (!isOpen) open = { id, query, active: 0, groups: [], waiting: false };
    else Object.assign(open, { query, active: 0 });
    if (!query)
      open.active = Math.max(
        0,
        isOpen
          ? 0
          : groupsNow(element, kind)
              .flatMap((g) => g.options)
              .findIndex((o) => o.value === picked[0]?.value),
      );
    if (kind.external) ask();
    invalidate();
  };
  const close = () => {
    if (open?.id === id) open = null;
    invalidate();
  };
  const pick = (o) => {
    if (!kind.many) {
      close();
      change(packed(kind, [o]));
      return;
    }
    const has = picked.some((p) => p.value === o.value);
    const next = has ? picked.filter((p) => p.value !== o.value) : [...picked, o];
    if (next.length <= (element.max_selected_items ?? Infinity)) change(packed(kind, next));
  };
  const onkeydown = (event) => {
    const keys = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in keys) {
      event.preventDefault();
      if (!isOpen) show();
      else if (flat.length) {
        open.active = (open.active + keys[event.key] + flat.length) % flat.length;
        invalidate();
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen && flat[open.active]) pick(flat[open.active]);
      else if (!isOpen) show();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") close();
    else if (event.key === "Backspace" && kind.many && picked.length && !event.target.value)
      pick(picked.at(-1));
  };

  const text = isOpen ? open.query : kind.many ? "" : picked[0] ? label(picked[0]) : "";
  const placeholder = element.placeholder?.text ?? (kind.many ? "Select options" : "Select an option");
  return h(
    "div",
    { class: cls("select", isOpen && "select-open", kind.many && "select-many") },
    kind.many &&
      picked.map((o) =>
        h(
          "span",
          { class: "chip", key: o.value },
          label(o),
          h(
            "button",
            {
              type: "button",
              class: "chip-remove",
              "aria-label": `Remove ${label(o)}`,
              onclick: () => pick(o),
            },
            icon("close"),
          ),
        ),
      ),
    h("input", {
      ...props,
      id,
      type: "text",
      role: "combobox",
      class: "select-input",
      autocomplete: "off",
      spellcheck: "false",
      "data-action-id": element.action_id,
      "aria-autocomplete": "list",
      "aria-expanded": String(isOpen),
      "aria-controls": isOpen ? `${id}-list` : null,
      "aria-activedescendant": isOpen && flat[open.active] ? `${id}-o${open.active}` : null,
      placeholder: isOpen && picked[0] && !kind.many ? label(picked[0]) : placeholder,
      value: text,
      onclick: () => !isOpen && show(),
      oninput: (event) => show(event.target.value),
      onkeydown,
      onblur: () => setTimeout(() => document.activeElement?.id !== id && close(), 0),
    }),
    clearable &&
      !kind.many &&
      picked.length > 0 &&
      !isOpen &&
      h(
        "button",
        {
          type: "button",
          class: "select-clear",
          "aria-label": "Clear the choice",
          onclick: () => change(packed(kind, [])),
        },
        icon("close"),
      ),
    icon("down", "select-arrow"),
    isOpen && list({ id, groups, picked, pick }),
  );
}

function list({ id, groups, picked, pick }) {
  let n = -1;
  const row = (o) => {
    n += 1;
    const here = n === open.active;
    return h(
      "div",
      {
        key: `${n}-${o.value}`,
        id: `${id}-o${n}`,
        role: "option",
        class: cls("option", here && "option-active"),
        "aria-selected": String(picked.some((p) => p.value === o.value)),
        onclick: () => pick(o),
      },
      h("span", { class: "option-text" }, plain(o.text)),
      o.description && h("span", { class: "option-note" }, plain(o.description)),
    );
  };
  const body = groups.map((g, i) =>
    g.title
      ? h(
          "div",
          { role: "group", "aria-label": g.title.text, key: `g${i}` },
          h("div", { class: "option-group", "aria-hidden": "true" }, plain(g.title)),
          g.options.map(row),
        )
      : g.options.map(row),
  );
  const note = open.least
    ? `Type ${open.least} or more letters to search`
    : open.waiting
      ? "Searching…"
      : "No matches";
  return h(
    "div",
    {
      class: "options",
      id: `${id}-list`,
      role: "listbox",
      "aria-label": "Options",
      popover: "manual",
      // The field keeps the focus while an option is clicked.
      onmousedown: (event) => event.preventDefault(),
      ref: (el) => {
        el.showPopover();
        placeList(el);
      },
    },
    n < 0
      ? h(
          "div",
          { class: "option-empty", role: "option", "aria-disabled": "true", "aria-selected": "false" },
          note,
        )
      : body,
  );
}

/** After each drawing: keep the list under its field and the active option in sight. */
export function afterDraw() {
  const el = open && document.getElementById(`${open.id}-list`);
  if (!el) return;
  if (el.matches(":popover-open")) placeList(el);
  el.querySelector(".option-active")?.scrollIntoView({ block: "nearest" });
}

addEventListener("resize", () => afterDraw());
document.addEventListener(
  "scroll",
  (event) => !event.target.classList?.contains("options") && afterDraw(),
  true,
);
