// The modal: the top view of the stack in a proper frame, with focus kept inside.

import { cls, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { faultsOf, prune, stateOf } from "./drafts.js";
import { isAimedAt } from "./elements.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { act, invalidate, world } from "./store.js";

const errors = new Map(); // view id -> {block_id: sentence}
let sending = "";

async function submit(view) {
  if (sending) return;
  const faults = faultsOf(view);
  if (Object.keys(faults).length) {
    complain(view, faults);
    return;
  }
  errors.delete(view.id);
  sending = view.id;
  invalidate();
  const answer = await act({ kind: "submit", view_id: view.id, state: stateOf(view) });
  sending = "";
  if (answer.ok && answer.errors && Object.keys(answer.errors).length) complain(view, answer.errors);
  invalidate();
}

function complain(view, faults) {
  errors.set(view.id, faults);
  invalidate();
  setTimeout(() => document.querySelector(".modal [aria-invalid=true]")?.focus(), 0);
}

async function close(view, all) {
  errors.delete(view.id);
  await act({ kind: "close", view_id: view.id, all });
}

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), textarea, select, [tabindex='0']";

function trap(event) {
  const inside = [...event.currentTarget.querySelectorAll(FOCUSABLE)].filter((el) => el.offsetParent);
  const edge = event.shiftKey ? inside[0] : inside.at(-1);
  if (document.activeElement !== edge && event.currentTarget.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? inside.at(-1) : inside[0])?.focus();
}

/** The open modal, if any; `notices` draws what must be seen above it, a caption at the top too. */
export function modal(notices, captioned = false) {
  const views = world.state?.views ?? [];
  prune([...views, ...(world.state?.home ? [world.state.home] : [])]);
  const view = views.at(-1);
  if (!view) return null;
  const title = `modal-title-${view.id}`;
  return h(
    "dialog",
    {
      key: "modal",
      class: cls("modal", captioned && "modal-captioned", sending === view.id && "modal-busy"),
      "data-testid": "modal",
      "data-view-id": view.id,
      "data-callback-id": view.callback_id,
      "aria-labelledby": title,
      ref: (el) => {
        before = document.activeElement;
        el.showModal();
      },
      onkeydown: (event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          close(view, false);
        } else if (event.key === "Tab") trap(event);
        else if (event.key === "Enter" && !event.isComposing && view.submit) {
          const single = event.target.matches("input:not([role=combobox], [type=checkbox], [type=radio])");
          if (!single && !event.metaKey && !event.ctrlKey) return;
          event.preventDefault();
          submit(view);
        }
      },
      oncancel: (event) => event.preventDefault(),
    },
    h(
      "header",
      { class: "modal-head" },
      views.length > 1
        ? h(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": "Back",
              "data-testid": "modal-back",
              onclick: () => close(view, false),
            },
            icon("back"),
          )
        : h("img", { class: "modal-logo", src: "/page/savepoint.svg", alt: "" }),
      h("h2", { id: title, "data-testid": "modal-title" }, plain(view.title)),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          "data-testid": "modal-close",
          onclick: () => close(view, true),
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "modal-body", key: view.id, tabindex: "-1" },
      blocks({ view }, view.blocks, errors.get(view.id) ?? view.errors),
    ),
    (view.submit || view.close) &&
      h(
        "footer",
        { class: "modal-foot" },
        h(
          "button",
          {
            type: "button",
            class: "button",
            "data-testid": "modal-cancel",
            onclick: () => close(view, false),
          },
          view.close ? plain(view.close) : "Cancel",
        ),
        view.submit &&
          h(
            "button",
            {
              type: "button",
              class: cls("button button-primary", sending && "button-busy", isAimedAt(view.submit) && "aimed"),
              "data-testid": "modal-submit",
              "aria-busy": sending ? "true" : null,
              onclick: () => submit(view),
            },
            plain(view.submit),
          ),
      ),
    notices(),
  );
}

let focused = "";
let before = null; // what had the focus when the dialog opened

/** After each drawing: when a view opens or gets its first fields, the first field is ready to type in. */
export function afterModal() {
  const el = document.querySelector("dialog[data-testid=modal]");
  const first = el?.querySelector(".modal-body [data-focus], .modal-body input, .modal-body textarea");
  const at = el ? `${el.dataset.viewId}${first ? " fields" : ""}` : "";
  if (at === focused) return;
  focused = at;
  if (!el && before?.isConnected) before.focus({ preventScroll: true });
  if (!first || document.activeElement?.matches?.(".modal-body input, .modal-body textarea")) return;
  setTimeout(() => first.isConnected && first.focus({ preventScroll: true }), 0);
}
