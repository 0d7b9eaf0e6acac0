// The interactive elements: https://docs.slack.dev/reference/block-kit/block-elements

import { cls, h, idOf } from "./dom.js";
import { scopeOf, setValue, valueOf } from "./drafts.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { popMenu } from "./menu.js";
import { choose, isWaiting, press } from "./press.js";
import { isSelect, select } from "./select.js";
import { world } from "./store.js";

/**
 * Draw one element. `place` is {view} or {channel, ts}; `field` is set inside an `input` block:
 * {id, described, invalid, dispatch, optional}.
 */
export function element(place, block, el, field = null) {
  const id = field?.id ?? idOf("e", scopeOf(place), block, el.action_id ?? "");
  const value = valueOf(place, block, el);
  const change = (next) =>
    choose(place, block, el, { type: el.type, ...next }, { dispatch: !field || field.dispatch });
  const props = field
    ? {
        "aria-describedby": field.described,
        "aria-invalid": field.invalid ? "true" : null,
        "aria-required": field.optional ? null : "true",
      }
    : { "aria-label": el.accessibility_label ?? el.placeholder?.text ?? "Choose" };
  const given = { id, place, block, el, value, change, field, props };
  if (isSelect(el.type)) {
    return select({
      id,
      place,
      block,
      element: el,
      value,
      change,
      clearable: Boolean(field?.optional),
      props,
    });
  }
  return DRAW[el.type]?.(given) ?? h("span", { class: "unknown" }, `[${el.type} is not drawn here]`);
}

/** Whether the scenario that plays presses this button next. */
export const isAimedAt = (text) => Boolean(text) && world.playing?.press === text.text;

function button({ place, block, el }) {
  const busy = isWaiting(place, block, el.action_id);
  const props = {
    class: cls("button", el.style && `button-${el.style}`, busy && "button-busy", isAimedAt(el.text) && "aimed"),
    "data-action-id": el.action_id,
    "data-value": el.value,
    "aria-label": el.accessibility_label,
    "aria-busy": busy ? "true" : null,
    onclick: () => press(place, block, el, el.value === undefined ? {} : { value: el.value }),
  };
  if (!el.url) return h("button", { type: "button", ...props }, plain(el.text));
  return h(
    "a",
    { ...props, href: safe(el.url), target: "_blank", rel: "noopener noreferrer" },
    plain(el.text),
  );
}

const safe = (url) => (/^https?:/i.test(url) ? url : null);

function overflow({ id, place, block, el }) {
  return popMenu({
    id,
    label: "More actions",
    trigger: { class: "button button-icon", "data-action-id": el.action_id },
    items: el.options.map((o) => ({
      label: plain(o.text),
      note: o.description && plain(o.description),
      value: o.value,
      run: () => {
        if (o.url && safe(o.url)) open(o.url, "_blank", "noopener");
        press(place, block, el, { selected_option: o });
      },
    })),
  });
}

let typing = 0;

function textInput({ id, place, block, el, value, field, props }, type = "text") {
  const on = el.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const send = () => press(place, block, el, valueOf(place, block, el));
  const common = {
    ...props,
    id,
    class: "input",
    "data-action-id": el.action_id,
    placeholder: el.placeholder?.text,
    maxlength: el.max_length,
    autocomplete: "off",
    spellcheck: el.multiline ? "true" : "false",
    "data-focus": el.focus_on_load ? "true" : null,
    value: value.value ?? "",
    oninput: (event) => {
      setValue(place, block, el, { value: event.target.value || null });
      clearTimeout(typing);
      if (field?.dispatch && on.includes("on_character_entered")) typing = setTimeout(send, 400);
    },
  };
  if (el.multiline) return h("textarea", { ...common, rows: "4" });
  return h("input", {
    ...common,
    type,
    min: el.min_value,
    max: el.max_value,
    step: el.is_decimal_allowed ? "any" : null,
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      if (!field?.dispatch || !on.includes("on_enter_pressed")) return;
      event.preventDefault(); // Enter speaks to the bot here, it does not submit
      event.stopPropagation();
      send();
    },
  });
}

function picker(type, name) {
  return ({ id, el, value, change, props }) =>
    h("input", {
      ...props,
      id,
      type,
      class: "input input-short",
      "data-action-id": el.action_id,
      value: value[name] ?? "",
      onchange: (event) => change({ [name]: event.target.value || null }),
    });
}

function ticks({ id, el, value, change, props }) {
  const many = el.type === "checkboxes";
  const now = many ? value.selected_options : [value.selected_option];
  const picked = (o) => now.some((p) => p?.value === o.value);
  const toggle = (o, on) =>
    change(
      many
        ? { selected_options: el.options.filter((p) => (p.value === o.value ? on : picked(p))) }
        : { selected_option: o },
    );
  return h(
    "div",
    {
      class: "ticks",
      role: many ? "group" : "radiogroup",
      ...named(id, props),
      "data-action-id": el.action_id,
    },
    el.options.map((o, i) =>
      h(
        "label",
        { class: "tick", key: o.value },
        h("input", {
          type: many ? "checkbox" : "radio",
          name: `${id}-choice`,
          id: i ? `${id}-${i}` : id,
          value: o.value,
          checked: picked(o),
          onchange: (event) => toggle(o, event.target.checked),
        }),
        h(
          "span",
          { class: "tick-words" },
          h("span", { class: "text" }, textObject(o.text)),
          o.description && h("span", { class: "tick-note" }, textObject(o.description)),
        ),
      ),
    ),
  );
}

// A group is named by the label of its block: `aria-required` and the like do not belong on it.
const named = (id, props) =>
  props["aria-label"]
    ? { "aria-label": props["aria-label"] }
    : { "aria-labelledby": `${id}-label`, "aria-describedby": props["aria-describedby"] };

const DRAW = {
  button,
  workflow_button: button,
  overflow,
  plain_text_input: textInput,
  email_text_input: (given) => textInput(given, "email"),
  url_text_input: (given) => textInput(given, "url"),
  number_input: (given) => textInput(given, "number"),
  datepicker: picker("date", "selected_date"),
  timepicker: picker("time", "selected_time"),
  checkboxes: ticks,
  radio_buttons: ticks,
  image: ({ el }) => image(el),
};

/** An image, or its description where the page may not load it (foreign addresses stay unopened). */
export function image(el) {
  const url = el.image_url ?? el.slack_file?.url ?? "";
  const here = URL.canParse?.(url, location.href) && new URL(url, location.href).origin === location.origin;
  if (here) return h("img", { class: "image", src: url, alt: el.alt_text });
  return h(
    "span",
    { class: "image image-absent", role: "img", "aria-label": el.alt_text, title: el.alt_text },
    icon("eye"),
    h("span", null, el.alt_text),
  );
}
