// Block Kit: https://docs.slack.dev/reference/block-kit/blocks

import { chart } from "./chart.js";
import { cls, h, idOf } from "./dom.js";
import { scopeOf } from "./drafts.js";
import { element, image } from "./elements.js";
import { icon } from "./icons.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Draw the blocks of a message or view. `errors` are sentences by block_id, under their inputs. */
export function blocks(place, list, errors = {}) {
  return h(
    "div",
    { class: "blocks" },
    (list ?? []).map((block, i) => {
      const draw = DRAW[block.type] ?? unknown;
      const id = block.block_id ?? `block-${i}`;
      return h(
        "div",
        {
          key: `${id}:${block.type}`,
          class: cls("block", `block-${block.type}`),
          "data-block-id": id,
          "data-block-type": block.type,
        },
        draw({ place, block, id, error: errors[id] }),
      );
    }),
  );
}

function section({ place, block, id }) {
  return [
    h(
      "div",
      { class: "section-words" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((f) => h("div", { class: "field text" }, textObject(f))),
        ),
    ),
    block.accessory && h("div", { class: "accessory" }, element(place, id, block.accessory)),
  ];
}

function context({ block }) {
  return block.elements.map((el) =>
    el.type === "image" ? image(el) : h("span", { class: "text" }, textObject(el)),
  );
}

function input({ place, block, id, error }) {
  const field = idOf("f", scopeOf(place), id, block.element.action_id);
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const described = [block.hint && `${field}-hint`, error && `${field}-error`].filter(Boolean).join(" ");
  return [
    h(
      grouped ? "div" : "label",
      { class: "input-label", id: `${field}-label`, for: grouped ? null : field },
      plain(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    element(place, id, block.element, {
      id: field,
      described: described || null,
      invalid: Boolean(error),
      dispatch: block.dispatch_action,
      optional: block.optional,
    }),
    error &&
      h(
        "p",
        { class: "field-error", id: `${field}-error`, role: "alert", "data-testid": "field-error" },
        icon("warn"),
        h("span", null, plain(error)),
      ),
    block.hint && h("p", { class: "hint", id: `${field}-hint` }, plain(block.hint)),
  ];
}

function table({ block }) {
  const settings = block.column_settings ?? [];
  const cell = (tag) => (c, i) =>
    h(
      tag,
      {
        class: cls(
          `align-${settings[i]?.align ?? (c.type === "raw_number" ? "right" : "left")}`,
          settings[i]?.is_wrapped && "wrapped",
        ),
        scope: tag === "th" ? "col" : null,
      },
      c.type === "rich_text"
        ? richText(c.elements)
        : plain({ text: String(c.text ?? c.value ?? ""), emoji: true }),
    );
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, head.map(cell("th")))),
      h(
        "tbody",
        null,
        rows.map((row) => h("tr", null, row.map(cell("td")))),
      ),
    ),
  );
}

const LEVELS = { error: "warn", warning: "warn", success: "check" };

function alert({ block }) {
  const level = block.level ?? "default";
  return h(
    "div",
    { class: cls("alert", `alert-${level}`) },
    icon(LEVELS[level] ?? "info"),
    h("div", { class: "text" }, typeof block.text === "string" ? plain(block.text) : textObject(block.text)),
  );
}

const unknown = ({ block }) => h("p", { class: "unknown" }, `[The block “${block.type}” is not drawn here.]`);

const DRAW = {
  section,
  context,
  input,
  table,
  alert,
  data_visualization: chart,
  header: ({ block }) => h("h2", { class: cls("header", `header-${block.level ?? 1}`) }, plain(block.text)),
  divider: () => h("hr"),
  actions: ({ place, block, id }) => block.elements.map((el) => element(place, id, el)),
  image: ({ block }) =>
    h("figure", { class: "figure" }, block.title && h("figcaption", null, plain(block.title)), image(block)),
  rich_text: ({ block }) => h("div", { class: "text" }, richText(block.elements)),
  markdown: ({ block }) => h("div", { class: "text" }, mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*"))),
};
