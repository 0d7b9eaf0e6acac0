// Times as people read them: Slack's date tokens, the clock beside a message, the day between messages.

import { world } from "./store.js";

export const now = () => new Date(world.state?.now ?? Date.now());
export const ofTs = (ts) => new Date(Number(ts) * 1000);

const format = (date, options) => new Intl.DateTimeFormat(undefined, options).format(date);

export const clock = (date) => format(date, { hour: "2-digit", minute: "2-digit" });
export const exact = (date) => format(date, { dateStyle: "full", timeStyle: "medium" });

const dayNumber = (date) => Math.floor((date - date.getTimezoneOffset() * 60_000) / 86_400_000);

const NEAR = new Map([
  [0, "today"],
  [-1, "yesterday"],
  [1, "tomorrow"],
]);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** "Today", "Yesterday", or the day written out. */
export function day(date) {
  const near = NEAR.get(dayNumber(date) - dayNumber(now()));
  if (near) return capital(near);
  return format(date, { weekday: "long", day: "numeric", month: "long" });
}

/** How long ago, in the largest unit that fits. */
export function ago(date) {
  const seconds = Math.max(0, Math.round((now() - date) / 1000));
  for (const [size, unit] of [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ]) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${unit}${count > 1 ? "s" : ""} ago`;
  }
  return seconds < 10 ? "just now" : `${seconds} seconds ago`;
}

const pretty = (date, options) => NEAR.get(dayNumber(date) - dayNumber(now())) ?? format(date, options);

const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const MIDDLE = { day: "numeric", month: "long", year: "numeric" };
const SHORT = { day: "numeric", month: "short", year: "numeric" };

// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
const TOKENS = {
  date_num: (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
  date_slash: (d) => `${two(d.getMonth() + 1)}/${two(d.getDate())}/${d.getFullYear()}`,
  date: (d) => format(d, MIDDLE),
  date_short: (d) => format(d, SHORT),
  date_long: (d) => format(d, LONG),
  date_pretty: (d) => pretty(d, MIDDLE),
  date_short_pretty: (d) => pretty(d, SHORT),
  date_long_pretty: (d) => pretty(d, LONG),
  day_divider_pretty: (d) => pretty(d, { weekday: "long", day: "numeric", month: "long" }),
  time: clock,
  time_secs: (d) => format(d, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago,
};

const two = (n) => String(n).padStart(2, "0");

/** Fill Slack's date format, such as "{date_short_pretty} at {time}"; null where it cannot be read. */
export function fillDate(seconds, pattern) {
  const date = new Date(Number(seconds) * 1000);
  if (!/^\d+$/.test(seconds) || Number.isNaN(date.getTime())) return null;
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
