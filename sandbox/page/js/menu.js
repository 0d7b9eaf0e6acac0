// A pop-up menu under a button: arrows move, Enter chooses, Esc closes.

import { cls, h } from "./dom.js";
import { placeMenu } from "./floating.js";
import { icon } from "./icons.js";
import { invalidate, ui } from "./store.js";

function close(id, focus) {
  if (ui.menu === id) ui.menu = "";
  invalidate();
  if (focus) document.getElementById(id)?.focus();
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("[role^=menuitem]:not([disabled])")];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

/** A trigger button and its menu; items are {label, note?, value?, run, disabled?, checked?, testid?, data?}. */
export function popMenu({ id, label, trigger = {}, content = icon("more"), items, wide }) {
  const isOpen = ui.menu === id;
  return h(
    "div",
    {
      class: "menu",
      onkeydown: (event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.preventDefault();
        event.stopPropagation();
        close(id, true);
      },
      onfocusout: (event) => {
        if (isOpen && !event.currentTarget.contains(event.relatedTarget)) setTimeout(() => close(id), 0);
      },
    },
    h(
      "button",
      {
        type: "button",
        "aria-label": label,
        ...trigger,
        id,
        "aria-haspopup": "menu",
        "aria-expanded": String(isOpen),
        onclick: () => {
          ui.menu = isOpen ? "" : id;
          invalidate();
        },
      },
      content,
    ),
    isOpen &&
      h(
        "div",
        {
          class: cls("menu-list", wide && "menu-wide"),
          role: "menu",
          "aria-label": label,
          popover: "manual",
          onkeydown: move,
          ref: (el) => {
            el.showPopover();
            placeMenu(el);
            (
              el.querySelector("[aria-checked=true]") ?? el.querySelector("[role^=menuitem]:not([disabled])")
            )?.focus();
          },
        },
        items.map((item) => row(id, item)),
      ),
  );
}

function row(id, item) {
  if (item.heading) return h("div", { class: "menu-heading", role: "presentation" }, item.heading);
  return h(
    "button",
    {
      type: "button",
      class: "menu-item",
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      disabled: item.disabled,
      "data-testid": item.testid,
      "data-value": item.value,
      ...item.data,
      onclick: () => {
        close(id, true);
        item.run();
      },
    },
    item.before,
    h(
      "span",
      { class: "menu-words" },
      h("span", { class: "menu-label" }, item.label),
      item.note && h("span", { class: "menu-note" }, item.note),
    ),
    item.checked && icon("check"),
  );
}
