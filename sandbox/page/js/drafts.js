// What people typed or chose and have not sent. It outlives redrawing: an updated view keeps each
// value whose block_id and action_id stayed, as Slack does.

import { invalidate } from "./store.js";

const drafts = new Map(); // scope -> Map("block action" -> {type, …value})
const hashes = new Map(); // view id -> hash last seen

const keyOf = (block, action) => `${block} ${action}`;

/** A place that holds elements: a view or a message. */
export const scopeOf = (place) => place.view?.id ?? `${place.channel}-${place.ts}`;

/** The value of an element as Slack would report it in `state.values`. */
export function valueOf(place, block, element) {
  const kept = drafts.get(scopeOf(place))?.get(keyOf(block, element.action_id));
  return kept?.type === element.type ? kept : initial(element);
}

export function setValue(place, block, element, value) {
  const scope = scopeOf(place);
  if (!drafts.has(scope)) drafts.set(scope, new Map());
  drafts.get(scope).set(keyOf(block, element.action_id), { type: element.type, ...value });
  invalidate();
}

// https://docs.slack.dev/reference/views#view_submission: the shape of each element's state.
function initial(element) {
  const type = element.type;
  switch (type) {
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return { type, value: element.initial_value ?? null };
    case "static_select":
    case "external_select":
    case "radio_buttons":
      return { type, selected_option: element.initial_option ?? null };
    case "multi_static_select":
    case "multi_external_select":
    case "checkboxes":
      return { type, selected_options: element.initial_options ?? [] };
    case "users_select":
      return { type, selected_user: element.initial_user ?? null };
    case "multi_users_select":
      return { type, selected_users: element.initial_users ?? [] };
    case "channels_select":
      return { type, selected_channel: element.initial_channel ?? null };
    case "conversations_select":
      return { type, selected_conversation: element.initial_conversation ?? null };
    case "datepicker":
      return { type, selected_date: element.initial_date ?? null };
    case "timepicker":
      return { type, selected_time: element.initial_time ?? null };
    default:
      return null; // buttons and menus hold nothing
  }
}

function* elementsOf(view) {
  for (const block of view.blocks) {
    const elements = block.type === "input" ? [block.element] : (block.elements ?? [block.accessory]);
    for (const element of elements) if (element?.action_id) yield [block, element];
  }
}

/** `{block_id: {action_id: value}}` of everything in the view that holds a value. */
export function stateOf(view) {
  const state = {};
  for (const [block, element] of elementsOf(view)) {
    const value = valueOf({ view }, block.block_id, element);
    if (value) (state[block.block_id] ??= {})[element.action_id] = value;
  }
  return state;
}

/** Take what the double holds for a view: a scenario fills it in there, not here. */
export function adopt(view) {
  const kept = new Map();
  for (const [block, element] of elementsOf(view)) {
    const value = view.state?.values?.[block.block_id]?.[element.action_id];
    if (value) kept.set(keyOf(block.block_id, element.action_id), value);
  }
  drafts.set(view.id, kept);
}

/** Forget what belongs to views that are closed, and to fields that an update took away. */
export function prune(views) {
  const open = new Map(views.map((view) => [view.id, view]));
  for (const id of hashes.keys()) {
    if (open.has(id)) continue;
    hashes.delete(id);
    drafts.delete(id);
  }
  for (const [id, view] of open) {
    if (hashes.get(id) === view.hash) continue;
    hashes.set(id, view.hash);
    const present = new Set([...elementsOf(view)].map(([b, e]) => keyOf(b.block_id, e.action_id)));
    for (const key of drafts.get(id)?.keys() ?? []) {
      if (!present.has(key)) drafts.get(id).delete(key);
    }
  }
}

const EMPTY = "Please complete this required field.";

/** What Slack itself checks before it sends a view: `{block_id: sentence}`, empty if all is well. */
export function faultsOf(view) {
  const faults = {};
  for (const block of view.blocks) {
    if (block.type !== "input") continue;
    const value = valueOf({ view }, block.block_id, block.element);
    const filled = Object.entries(value ?? {}).some(
      ([name, v]) => name !== "type" && v !== null && v !== "" && v.length !== 0,
    );
    const length = value?.value?.length ?? 0;
    const { min_length: min, max_length: max } = block.element;
    if (!filled && !block.optional) faults[block.block_id] = EMPTY;
    else if (filled && min && length < min)
      faults[block.block_id] = `Please enter at least ${min} characters.`;
    else if (max && length > max) faults[block.block_id] = `Please enter no more than ${max} characters.`;
  }
  return faults;
}
