// Lists of messages stay at their newest line while one is there, and stay put while one reads above.

import { invalidate, ui } from "./store.js";

const wanted = new Set();
const seen = new WeakSet();
let atEnd = [];
let shown = "";

/** Let a list show its newest line after the next drawing. */
export function stick(id) {
  wanted.add(id);
  invalidate();
}

const END = 80; // pixels from the end that still count as being there

export function beforeDraw() {
  atEnd = [...document.querySelectorAll("[data-scroll]")].filter(
    (el) => el.scrollHeight - el.scrollTop - el.clientHeight < END,
  );
}

export function afterScroll() {
  for (const el of document.querySelectorAll("[data-scroll]")) {
    if (!seen.has(el) || wanted.has(el.dataset.scroll) || atEnd.includes(el)) el.scrollTop = el.scrollHeight;
    seen.add(el);
  }
  wanted.clear();
  if (ui.highlight && ui.highlight !== shown) {
    document.querySelector(".message-highlight")?.scrollIntoView({ block: "center" });
  }
  shown = ui.highlight;
}
