// The app's Home tab: the view the bot published for this person.

import { h } from "./dom.js";
import { blocks } from "./blocks.js";
import { world } from "./store.js";

/** Draw the Home view, or say that none has been published yet. */
export function home() {
  const view = world.state.home;
  return h(
    "div",
    {
      class: "scroll home",
      key: "home",
      "data-testid": "home",
      "data-view-id": view?.id,
      tabindex: "0",
      role: "region",
      "aria-label": "App home",
    },
    view
      ? h("div", { class: "home-view" }, blocks({ view }, view.blocks))
      : h("p", { class: "empty" }, "Nothing is published here yet. It appears when the bot has answered."),
  );
}
