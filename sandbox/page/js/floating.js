// Where lists and menus float: under their field where there is room, else above it.

const GAP = 4; // pixels between field and list
const EDGE = 8; // pixels kept free at the window's edges
const LIST = { width: 240, height: 320, least: 200 };

/** Lay a list of options along the field that holds it. */
export function placeList(el) {
  const field = el.parentElement.getBoundingClientRect();
  const below = innerHeight - field.bottom - EDGE - GAP;
  const above = field.top - EDGE - GAP;
  const up = below < LIST.least && above > below;
  const width = Math.max(field.width, LIST.width);
  el.style.left = `${inside(field.left, width)}px`;
  el.style.width = `${width}px`;
  el.style.maxHeight = `${Math.min(LIST.height, up ? above : below)}px`;
  el.style.top = up ? "auto" : `${field.bottom + GAP}px`;
  el.style.bottom = up ? `${innerHeight - field.top + GAP}px` : "auto";
}

/** Lay a menu at the button it belongs to. */
export function placeMenu(el) {
  const button = el.parentElement.querySelector("button").getBoundingClientRect();
  const { width, height } = el.getBoundingClientRect();
  const fits = button.bottom + GAP + height + EDGE <= innerHeight;
  const up = !fits && button.top > height + GAP + EDGE;
  el.style.left = `${inside(button.left, width)}px`;
  el.style.top = `${up ? button.top - height - GAP : button.bottom + GAP}px`;
}

const inside = (left, width) => Math.max(EDGE, Math.min(left, innerWidth - width - EDGE));
