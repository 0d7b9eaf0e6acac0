// The page's line icons, drawn on a 24-unit grid.

import { h } from "./dom.js";

const PATHS = {
  hash: ["M9 4 7 20", "M17 4l-2 16", "M4 9h17", "M3 15h17"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  at: ["M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z", "M16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  down: ["M6 9l6 6 6-6"],
  right: ["M9 6l6 6-6 6"],
  back: ["M15 5l-7 7 7 7"],
  sun: [
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
    "M12 2v2",
    "M12 20v2",
    "M2 12h2",
    "M20 12h2",
    "M5 5l1.4 1.4",
    "M17.6 17.6 19 19",
    "M5 19l1.4-1.4",
    "M17.6 6.4 19 5",
  ],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"],
  auto: ["M12 3.5a8.5 8.5 0 1 0 0 17z", "M12 3.5a8.5 8.5 0 0 1 0 17"],
  send: ["M4 12 3 4l18 8-18 8 1-8z", "M4 12h8"],
  bolt: ["M13 3 5 13.5h6L10 21l9-11h-6.5z"],
  reply: ["M4 5h16v11H11l-4 4v-4H4z", "M8 9h8", "M8 12h5"],
  more: [5, 12, 19].map((x) => `M${x - 0.8} 12a.8 .8 0 1 0 1.6 0 .8 .8 0 1 0-1.6 0z`),
  eye: [
    "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z",
    "M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  ],
  tools: [
    "M14.5 6.5a4 4 0 0 1 5-1l-2.7 2.7 1.5 1.5L21 7a4 4 0 0 1-5.6 4.8L8 19.2a2 2 0 0 1-2.8-2.8l7.4-7.4a4 4 0 0 1 1.9-2.5z",
  ],
  trash: ["M5 7h14", "M9 7V4.5h6V7", "M7 7l1 13h8l1-13"],
  pencil: ["M4 20l1-4L16 5l3 3L8 19z", "M14 7l3 3"],
  check: ["M5 12.5l4.5 4.5L19 7"],
  warn: ["M12 4 2.5 20h19z", "M12 10v4.5", "M12 17.2v.1"],
  info: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z", "M12 11v5", "M12 7.8v.1"],
  person: ["M12 4.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5z", "M4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6"],
  clock: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z", "M12 7.5V12l3 2"],
  calendar: ["M4 6h16v14H4z", "M4 10.5h16", "M8 3.5V7", "M16 3.5V7"],
  into: ["M20 12H5", "M11 6l-6 6 6 6"],
  out: ["M4 12h15", "M13 6l6 6-6 6"],
};

/** An icon by name; it is decoration, so whatever holds it carries the label. */
export function icon(name, extra = "") {
  return h(
    "svg",
    { class: `icon ${extra}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    PATHS[name].map((d) => h("path", { d })),
  );
}
