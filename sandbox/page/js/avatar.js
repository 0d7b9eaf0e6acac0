// Faces: initials on a colour that stays with the person, and Savepoint's own mark.

import { h } from "./dom.js";
import { bot, nameOf } from "./store.js";

const COLOURS = 8;

function colour(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return sum % COLOURS;
}

/** The picture beside a name; decoration, since the name stands beside it. */
export function avatar(who, size = "") {
  if (who && who.id === bot()?.id) {
    return h("img", { class: `avatar ${size}`, src: "/page/savepoint.svg", alt: "" });
  }
  const initials = nameOf(who)
    .split(/\s+/)
    .map((w) => w[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return h("span", {
    class: `avatar avatar-${colour(who?.id ?? "?")} ${size}`,
    "aria-hidden": "true",
    "data-initials": initials, // drawn by the style sheet: no words of the name beside it
  });
}

const BADGES = { bot: "APP", guest: "GUEST", external: "EXTERNAL", deactivated: "DEACTIVATED" };

/** A small badge for anyone who is not an ordinary member. */
export function badge(who) {
  const text = BADGES[who?.kind];
  return text && h("span", { class: `badge badge-${who.kind}` }, text);
}
