// Pressing: an element of a message or view is used, and Slack tells the bot.

import { h } from "./dom.js";
import { setValue, stateOf } from "./drafts.js";
import { act, invalidate } from "./store.js";
import { textObject } from "./mrkdwn.js";

const waiting = new Set();
let asked = null; // the open "are you sure?"

const keyOf = (place, block, action) =>
  `${place.view?.id ?? `${place.channel} ${place.ts}`} ${block} ${action}`;

export const isWaiting = (place, block, action) => waiting.has(keyOf(place, block, action));

/** Use an element, after its confirm dialog if it has one. `value` holds what was chosen. */
export async function press(place, block, element, value = {}) {
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  const key = keyOf(place, block, element.action_id);
  if (waiting.has(key)) return false; // a double click is one press, as in Slack
  waiting.add(key);
  invalidate();
  const { type: _type, ...said } = value;
  const where = place.view
    ? { view_id: place.view.id, state: stateOf(place.view) }
    : { channel: place.channel, ts: place.ts };
  try {
    await act({ kind: "press", ...where, block_id: block, action_id: element.action_id, ...said });
  } finally {
    waiting.delete(key);
    invalidate();
  }
  return true;
}

/** Choose a value; outside an `input` block (or with `dispatch_action`) the bot hears of it. */
export async function choose(place, block, element, value, { dispatch }) {
  if (!dispatch) setValue(place, block, element, value);
  else if (!element.confirm) {
    setValue(place, block, element, value);
    await press(place, block, element, value);
  } else if (await confirmed(element.confirm)) {
    setValue(place, block, element, value);
    await press(place, block, { ...element, confirm: undefined }, value);
  }
}

function confirmed(confirm) {
  return new Promise((answer) => {
    asked?.answer(false);
    asked = { confirm, answer };
    invalidate();
  });
}

function settle(yes) {
  const { answer } = asked;
  asked = null;
  answer(yes);
  invalidate();
}

/** The open confirm dialog, if any. */
export function confirmDialog() {
  if (!asked) return null;
  const { confirm } = asked;
  const style = confirm.style === "danger" ? "danger" : "primary";
  return h(
    "dialog",
    {
      key: "confirm",
      class: "modal modal-small",
      "data-testid": "confirm",
      "aria-labelledby": "confirm-title",
      ref: (el) => {
        el.showModal();
        el.querySelector("[data-testid=confirm-yes]").focus();
      },
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        settle(false);
      },
      oncancel: (event) => event.preventDefault(),
    },
    h("header", { class: "modal-head" }, h("h2", { id: "confirm-title" }, textObject(confirm.title))),
    h("div", { class: "modal-body" }, h("div", { class: "text" }, textObject(confirm.text))),
    h(
      "footer",
      { class: "modal-foot" },
      h(
        "button",
        { type: "button", class: "button", "data-testid": "confirm-no", onclick: () => settle(false) },
        textObject(confirm.deny ?? { type: "plain_text", text: "Cancel" }),
      ),
      h(
        "button",
        {
          type: "button",
          class: `button button-${style}`,
          "data-testid": "confirm-yes",
          onclick: () => settle(true),
        },
        textObject(confirm.confirm ?? { type: "plain_text", text: "Yes" }),
      ),
    ),
  );
}
