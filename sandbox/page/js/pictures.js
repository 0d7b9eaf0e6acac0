// Small drawn pictures for the emoji a bot of this kind uses, since not every machine has an emoji font.

import { h } from "./dom.js";

const RED = "#dd2e44";
const GREEN = "#3f9f5a";
const AMBER = "#f4b733";
const BLUE = "#3b88c3";
const GREY = "#8899a6";
const DARK = "#292f33";
const WHITE = "#ffffff";

const fill = (d, colour) => h("path", { d, fill: colour });
const line = (d, colour, width = 2.4) =>
  h("path", {
    d,
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
const disc = (colour, r = 9, cx = 12, cy = 12) => h("circle", { cx, cy, r, fill: colour });
const box = (colour) => h("rect", { x: 2, y: 2, width: 20, height: 20, rx: 4, fill: colour });
const tile = (d) => [box(BLUE), line(d, WHITE)];

const LOCK = (shackle) => [
  line(shackle, GREY, 2.6),
  fill("M5 11h14v10.5H5z", AMBER),
  disc("#a5670f", 1.8, 12, 15.8),
];
const BUST = (x, colour) => [
  disc(colour, 3.7, x, 8),
  fill(`M${x - 6.5} 20c.5-4.8 3-7 6.5-7s6 2.2 6.5 7z`, colour),
];

const DRAWN = {
  "✅": [box(GREEN), line("M6.5 12.5l4 4 7-9", WHITE, 3)],
  "✔": [line("M4 13l5 5.5L20 6", GREEN, 3.4)],
  "❌": [line("M5 5l14 14M19 5 5 19", RED, 4)],
  "✖": [line("M5 5l14 14M19 5 5 19", "currentcolor", 4)],
  "⚠": [fill("M12 2 .8 21.5h22.4z", AMBER), line("M12 9v6M12 18.4v.1", DARK)],
  "🚨": [
    fill("M5 17c0-8 2-11 7-11s7 3 7 11z", RED),
    fill("M3 17h18v4H3z", GREY),
    line("M12 1v2M4 4l1.5 1.5M20 4l-1.5 1.5", AMBER),
    line("M9 15c0-3 .5-4.5 2-5.5", "#ffb3bd", 1.6),
  ],
  "⏳": [
    fill("M5 2h14v3c0 4-4 5.5-4 7s4 3 4 7v3H5v-3c0-4 4-5.5 4-7S5 9 5 5z", "#cfe3f2"),
    fill("M8 6h8c0 2.5-4 4-4 6 0-2-4-3.5-4-6zM7.5 20c0-2.5 4.5-4 4.5-4s4.5 1.5 4.5 4z", AMBER),
    line("M5 2.5h14M5 21.5h14", "#a5670f", 2),
  ],
  "⌛": [
    fill("M5 2h14v3c0 4-4 5.5-4 7s4 3 4 7v3H5v-3c0-4 4-5.5 4-7S5 9 5 5z", "#cfe3f2"),
    fill("M7 20c0-4 5-5 5-5s5 1 5 5z", AMBER),
    line("M5 2.5h14M5 21.5h14", "#a5670f", 2),
  ],
  "🔒": LOCK("M8 11V7.5a4 4 0 0 1 8 0V11"),
  "🔐": LOCK("M8 11V7.5a4 4 0 0 1 8 0V11"),
  "🔓": LOCK("M8 11V6.5a4 4 0 0 1 7.8-1.3"),
  "⛔": [disc(RED, 10), line("M7 12h10", WHITE, 3.6)],
  "🚫": [line("M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12", RED, 3)],
  "🛑": [fill("M8 2h8l6 6v8l-6 6H8l-6-6V8z", RED), line("M7.5 12h9", WHITE, 3)],
  "📸": [
    fill("M2 7h5l2-3h6l2 3h5v13H2z", "#4a5a66"),
    disc("#cfe3f2", 4.5, 12, 13),
    disc(BLUE, 2.6, 12, 13),
    disc(AMBER, 1.3, 19, 9.5),
  ],
  "📷": [fill("M2 7h5l2-3h6l2 3h5v13H2z", "#4a5a66"), disc("#cfe3f2", 4.5, 12, 13), disc(BLUE, 2.6, 12, 13)],
  "💾": [fill("M3 3h15l3 3v15H3z", BLUE), fill("M7 3h9v6H7z", "#cfe3f2"), fill("M6 13h12v8H6z", WHITE)],
  "📦": [
    fill("M2 7l10-5 10 5v11l-10 4-10-4z", "#c69a6d"),
    fill("M12 11.5V22l10-4V7z", "#a87d52"),
    line("M7 4.5l10 5v4", "#e8d2b8", 2),
  ],
  "🎉": [
    fill("M2 22 8 8l8 8z", AMBER),
    line("M12 8c0-3 1-4.5 3-5.5M16 12c3-1 5-.5 6 .5", RED, 1.8),
    disc(BLUE, 1.3, 18, 6),
    disc(GREEN, 1.3, 8, 3.5),
    disc(RED, 1.3, 21, 18),
  ],
  "👀": [
    h("ellipse", { cx: 6.5, cy: 12, rx: 5, ry: 7, fill: WHITE, stroke: GREY }),
    h("ellipse", { cx: 17.5, cy: 12, rx: 5, ry: 7, fill: WHITE, stroke: GREY }),
    disc(DARK, 2.4, 5, 13),
    disc(DARK, 2.4, 16, 13),
  ],
  "🔁": tile("M6 11V9.5A2.5 2.5 0 0 1 8.5 7H17l-2-2M18 13v1.5a2.5 2.5 0 0 1-2.5 2.5H7l2 2"),
  "🔄": tile("M6.5 10.5a6 6 0 0 1 10.5-1.5M17.5 6v3.5H14M17.5 13.5A6 6 0 0 1 7 15M6.5 18v-3.5H10"),
  "♻": [
    line("M6.5 10.5a6 6 0 0 1 10.5-1.5M17.5 6v3.5H14M17.5 13.5A6 6 0 0 1 7 15M6.5 18v-3.5H10", GREEN, 2.6),
  ],
  "⏪": tile("M11 7l-5 5 5 5zM18 7l-5 5 5 5z"),
  "↩": tile("M9 6l-4 4 4 4M5.5 10H14a4 4 0 0 1 0 8h-3"),
  "▶": tile("M8.5 6.5v11l9-5.5z"),
  "⏸": tile("M9 7v10M15 7v10"),
  ℹ: tile("M12 11v6M12 7v.1"),
  "➡": tile("M5 12h13M13 7l5 5-5 5"),
  "🆕": tile("M4.5 16V8l5 8V8M13 8v8h6M13 12h4.5M13 8h6"),
  "🟢": [disc(GREEN)],
  "🔴": [disc(RED)],
  "🟡": [disc(AMBER)],
  "🟠": [disc("#f08c3a")],
  "🔵": [disc(BLUE)],
  "⚪": [h("circle", { cx: 12, cy: 12, r: 8.5, fill: "#f2f5f7", stroke: GREY })],
  "⚫": [disc(DARK)],
  "🔔": [
    fill("M4 18c3-2.5 2-6 3-10 .7-3 2.5-4.5 5-4.5S16.3 5 17 8c1 4 0 7.5 3 10z", AMBER),
    disc("#a5670f", 2.2, 12, 20),
  ],
  "📝": [
    fill("M4 2h13v20H4z", "#e9eef2"),
    line("M7 7h7M7 11h7M7 15h4", GREY, 1.6),
    line("M21 8l-8 9-1 3 3-1 7-9", AMBER, 2.2),
  ],
  "📋": [
    fill("M4 4h16v18H4z", "#c69a6d"),
    fill("M6.5 6.5h11V20h-11z", WHITE),
    fill("M8.5 2h7v5h-7z", GREY),
    line("M9 11h6M9 15h6", GREY, 1.5),
  ],
  "🔍": [line("M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12z", GREY, 2.6), line("M14.5 14.5 21 21", GREY, 3)],
  "🔎": [line("M14 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12z", GREY, 2.6), line("M9.5 14.5 3 21", GREY, 3)],
  "🏠": [
    fill("M12 2 1.5 12H5v9h14v-9h3.5z", "#d9a066"),
    fill("M10 14h4v7h-4z", "#7a4a21"),
    line("M2 12 12 2.8 22 12", RED, 2.4),
  ],
  "🕒": [
    disc("#f2f5f7", 9.5),
    line("M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z", GREY, 1.6),
    line("M12 6.5V12h4.5", DARK, 2),
  ],
  "⏱": [
    disc("#e9eef2", 8, 12, 13.5),
    line("M12 5.5a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 2.5v3M9.5 2h5", GREY, 1.8),
    line("M12 13.5V9", RED, 2),
  ],
  "💡": [
    fill("M12 2a7 7 0 0 0-4 12.7V17h8v-2.3A7 7 0 0 0 12 2z", AMBER),
    line("M9 19.5h6M10.5 22h3", GREY, 1.8),
  ],
  "🛡": [
    fill("M12 2 3.5 5v7c0 5 4 8 8.5 10 4.5-2 8.5-5 8.5-10V5z", BLUE),
    fill("M12 2v20c4.5-2 8.5-5 8.5-10V5z", "#2a6ea5"),
  ],
  "🔑": [line("M8 8.5a4 4 0 1 0 0 7 4 4 0 0 0 0-7zM12 12h9v3.5M17.5 12v3", AMBER, 2.6)],
  "👤": BUST(12, "#5b7083"),
  "👥": [...BUST(16, "#8aa0b2"), ...BUST(9, "#5b7083")],
  "🤖": [
    h("rect", { x: 4, y: 7, width: 16, height: 13, rx: 3, fill: GREY }),
    disc(WHITE, 2.2, 9, 12.5),
    disc(WHITE, 2.2, 15, 12.5),
    line("M9 17h6M12 7V3.5", DARK, 1.8),
  ],
  "🔥": [
    fill("M12 1c1 5 7 7 7 13.5A7 7 0 0 1 5 14c0-3 1.5-5 3-6 .3 2 1 3 2 3.5C9.5 8 10 4 12 1z", "#f08c3a"),
    fill("M12 12c2 2 3.5 3.5 3.5 6a3.5 3.5 0 0 1-7 0c0-2.5 1.5-4 3.5-6z", "#ffd983"),
  ],
  "👍": [
    fill(
      "M7 10.5 11 2c2 0 3 1.5 2.5 4l-.5 3h6.5c2 0 2 2.5.8 3 1 .8.7 2.5-.5 2.8.6 1 .2 2.3-1 2.5.4 1-.2 2.7-2 2.7H10l-3-1z",
      "#ffcc4d",
    ),
    fill("M2 10h5v11H2z", BLUE),
  ],
  "👎": [
    fill(
      "M7 13.5 11 22c2 0 3-1.5 2.5-4l-.5-3h6.5c2 0 2-2.5.8-3 1-.8.7-2.5-.5-2.8.6-1 .2-2.3-1-2.5C19.2 5.7 18.6 4 16.8 4H10L7 5z",
      "#ffcc4d",
    ),
    fill("M2 3h5v11H2z", BLUE),
  ],
  "📊": [
    box("#e9eef2"),
    fill("M5 12h3.5v7H5z", GREEN),
    fill("M10.2 6h3.5v13h-3.5z", RED),
    fill("M15.5 9H19v10h-3.5z", BLUE),
  ],
  "📅": [
    box("#e9eef2"),
    fill("M2 6a4 4 0 0 1 4-4h12a4 4 0 0 1 4 4v2H2z", RED),
    line("M7 12.5h.1M12 12.5h.1M17 12.5h.1M7 17h.1M12 17h.1", GREY, 2.6),
  ],
  "🔗": [
    line(
      "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.5-1.5",
      GREY,
      2.4,
    ),
  ],
  "❓": [line("M8 8a4 4 0 1 1 6 3.5c-1.5 1-2 1.7-2 3.5M12 19.5v.1", RED, 3)],
  "❗": [line("M12 3.5v11M12 19.5v.1", RED, 3.6)],
  "👋": [
    fill(
      "M6 13c-2-4-3-7-1.5-7.5S7 8 8 10C7 6 7 3 8.5 3s2 3 2.5 6c0-4 .5-6 2-6s1.5 3 1.5 7c.8-3 1.8-4.5 3-4s.5 4 0 8c-.5 5-3 7.5-6.5 7.5S7.5 17 6 13z",
      "#ffcc4d",
    ),
  ],
  "⭐": [fill("M12 1.5l3.2 6.8 7.3 1-5.4 5.1 1.4 7.4L12 18.2l-6.5 3.6 1.4-7.4L1.5 9.3l7.3-1z", AMBER)],
  "⏰": [
    line("M5 20l2.5-2.5M19 20l-2.5-2.5M3 7l4-4M21 7l-4-4", GREY),
    disc(RED, 8, 12, 12.5),
    disc(WHITE, 5.6, 12, 12.5),
    line("M12 9v3.7h2.7", DARK, 1.8),
  ],
  "💰": [
    fill("M8 2h8l-2 5h-4zM9 7h6c4 2.5 6 6 6 9.5 0 4-3.5 5.5-9 5.5s-9-1.5-9-5.5C3 13 5 9.5 9 7z", AMBER),
    line("M9 7h6M12 11v7M9.5 14.5h5", "#a5670f", 1.8),
  ],
  "📤": [fill("M2 14h5l2 3h6l2-3h5v8H2z", GREY), line("M12 13V3M8 6.5l4-4 4 4", BLUE)],
  "📥": [fill("M2 14h5l2 3h6l2-3h5v8H2z", GREY), line("M12 2v10M8 8.5l4 4 4-4", BLUE)],
  "🗄": [
    fill("M4 2h16v20H4z", GREY),
    fill("M6 4h12v7H6zM6 13h12v7H6z", "#cfe3f2"),
    line("M10 7.5h4M10 16.5h4", DARK, 2),
  ],
  "🗑": [
    fill("M5.5 8h13l-1.3 14H6.8z", GREY),
    line("M4 6h16M9.5 6V3.5h5V6", GREY),
    line("M10 11.5v7M14 11.5v7", WHITE, 1.6),
  ],
  "🧪": [
    fill("M9.5 11h5v7a2.5 2.5 0 0 1-5 0z", GREEN),
    line("M8 2.5h8M9.5 3v15a2.5 2.5 0 0 0 5 0V3", GREY, 1.8),
  ],
};

/** Has this character a picture? (Variation selectors do not matter.) */
export const isDrawn = (char) => char in DRAWN;

/** The picture of an emoji character, named for screen readers. */
export function picture(char, name) {
  return h("svg", { class: "emoji", viewBox: "0 0 24 24", role: "img", "aria-label": name }, DRAWN[char]);
}

/** Finds every drawn character in running text. */
export const DRAWN_PATTERN = new RegExp(`(${Object.keys(DRAWN).join("|")})\\uFE0F?`, "u");
