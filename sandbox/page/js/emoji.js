// Emoji: Slack's short names, and the characters themselves where they stand in running text.

import { h } from "./dom.js";
import { DRAWN_PATTERN, isDrawn, picture } from "./pictures.js";

const NAMES = {
  white_check_mark: "✅",
  heavy_check_mark: "✔",
  x: "❌",
  heavy_multiplication_x: "✖",
  warning: "⚠",
  rotating_light: "🚨",
  hourglass_flowing_sand: "⏳",
  hourglass: "⌛",
  lock: "🔒",
  unlock: "🔓",
  closed_lock_with_key: "🔐",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  octagonal_sign: "🛑",
  camera_with_flash: "📸",
  camera: "📷",
  floppy_disk: "💾",
  package: "📦",
  tada: "🎉",
  eyes: "👀",
  repeat: "🔁",
  arrows_counterclockwise: "🔄",
  recycle: "♻",
  rewind: "⏪",
  leftwards_arrow_with_hook: "↩",
  arrow_forward: "▶",
  double_vertical_bar: "⏸",
  pause_button: "⏸",
  information_source: "ℹ",
  arrow_right: "➡",
  new: "🆕",
  large_green_circle: "🟢",
  red_circle: "🔴",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  large_blue_circle: "🔵",
  white_circle: "⚪",
  black_circle: "⚫",
  bell: "🔔",
  memo: "📝",
  pencil: "📝",
  clipboard: "📋",
  mag: "🔍",
  mag_right: "🔎",
  house: "🏠",
  clock3: "🕒",
  stopwatch: "⏱",
  bulb: "💡",
  shield: "🛡",
  key: "🔑",
  bust_in_silhouette: "👤",
  busts_in_silhouette: "👥",
  robot_face: "🤖",
  fire: "🔥",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  bar_chart: "📊",
  calendar: "📅",
  date: "📅",
  link: "🔗",
  question: "❓",
  exclamation: "❗",
  heavy_exclamation_mark: "❗",
  wave: "👋",
  star: "⭐",
  snowflake: "❄",
  rocket: "🚀",
  pray: "🙏",
  zzz: "💤",
  gear: "⚙",
  wrench: "🔧",
  hammer_and_wrench: "🛠",
  raised_hand: "✋",
  hand: "✋",
  test_tube: "🧪",
  point_right: "👉",
  point_down: "👇",
  smile: "😄",
  slightly_smiling_face: "🙂",
  thinking_face: "🤔",
  sos: "🆘",
  zap: "⚡",
  cloud: "☁",
  broom: "🧹",
  alarm_clock: "⏰",
  moneybag: "💰",
  outbox_tray: "📤",
  inbox_tray: "📥",
  file_cabinet: "🗄",
  wastebasket: "🗑",
};

const SPOKEN = new Map(Object.entries(NAMES).map(([name, char]) => [char, name.replaceAll("_", " ")]));

/** An emoji by short name; a name nobody knows stays as it was typed, as in Slack. */
export function emoji(name) {
  const char = NAMES[name];
  if (!char) return `:${name}:`;
  if (isDrawn(char)) return picture(char, name.replaceAll("_", " "));
  return h("span", { role: "img", "aria-label": name.replaceAll("_", " ") }, char);
}

/** Text in which emoji characters and (if asked) short names became pictures. */
export function withEmoji(text, { shortNames = true } = {}) {
  const out = [];
  const pattern = shortNames ? new RegExp(`:([a-z0-9_+-]+):|${DRAWN_PATTERN.source}`, "u") : DRAWN_PATTERN;
  let rest = text;
  for (let found = pattern.exec(rest); found; found = pattern.exec(rest)) {
    out.push(rest.slice(0, found.index));
    const name = shortNames ? found[1] : undefined;
    const char = shortNames ? found[2] : found[1];
    out.push(name ? emoji(name) : picture(char, SPOKEN.get(char) ?? char));
    rest = rest.slice(found.index + found[0].length);
  }
  out.push(rest);
  return out.filter((part) => part !== "");
}
