// The control room: what to try, what to break, and what really happened.

import { h } from "./dom.js";
import { faultsTab } from "./faults.js";
import { guideTab } from "./guide.js";
import { icon } from "./icons.js";
import { scenariosTab } from "./scenarios.js";
import { openPanel, ui } from "./store.js";
import { timelineTab } from "./timeline.js";

const TABS = [
  ["guide", "Try this", guideTab],
  ["scenarios", "Watch", scenariosTab],
  ["faults", "Break things", faultsTab],
  ["timeline", "Timeline", timelineTab],
];

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = TABS.findIndex(([name]) => name === ui.panel);
  const [name] = TABS[(at + step + TABS.length) % TABS.length];
  openPanel(name);
  setTimeout(() => document.getElementById(`tab-${name}`)?.focus(), 0);
}

/** Draw the panel on its open tab, if it is open. */
export function panel() {
  const open = TABS.find(([name]) => name === ui.panel);
  if (!open) return null;
  return h(
    "aside",
    { class: "panel", key: "panel", "aria-label": "Control room", "data-testid": "control-room" },
    h(
      "header",
      { class: "pane-head" },
      h("h2", { class: "pane-title" }, icon("tools"), "Control room"),
      h(
        "button",
        {
          type: "button",
          class: "icon-button pane-close",
          "aria-label": "Close control room",
          onclick: () => openPanel(""),
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "Control room", onkeydown: arrows },
      TABS.map(([name, label]) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            class: "tab",
            id: `tab-${name}`,
            "aria-selected": String(name === ui.panel),
            "aria-controls": "panel-body",
            tabindex: name === ui.panel ? "0" : "-1",
            "data-testid": `panel-tab-${name}`,
            onclick: () => openPanel(name),
          },
          label,
        ),
      ),
    ),
    h(
      "div",
      {
        class: "scroll panel-body",
        key: ui.panel,
        id: "panel-body",
        role: "tabpanel",
        "aria-labelledby": `tab-${ui.panel}`,
        tabindex: "0",
      },
      open[2](),
    ),
  );
}
