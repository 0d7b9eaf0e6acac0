// Break things: each fault as a plain sentence, off, for the next few calls, or for good.

import { cls, h } from "./dom.js";
import { setFault, world } from "./store.js";

const WORDS = {
  slack: {
    redeliver: "Slack sends everything a second time, three seconds later.",
    disconnect: "Slack asks the bot to reconnect, as it does every few hours.",
    drop_socket: "The connection to Slack breaks without a word.",
    silent_socket: "The connection to Slack stays open, and nothing comes through any more.",
    ratelimit: "Slack refuses calls: too many requests.",
    unavailable: "Slack is down and answers 503.",
    drop_answer: "Slack takes a message, then the line is cut before it answers.",
    slow: "Every call to Slack takes two seconds longer.",
    no_charts: "Slack draws no charts, like a workspace that has none yet.",
  },
  bot: {
    crash: "Kill the bot (SIGKILL) and start it again.",
  },
  aura: {
    slow: "Every call to Aura takes three seconds longer.",
    throttle: "Aura refuses calls: too many requests, try later.",
    forbid: "The API credential may look and not act: Aura refuses every change.",
    conflict: "Aura refuses every change of an instance: busy, whatever its state says.",
    unavailable: "Aura is down and answers 500, 502, 503 and 504 in turn.",
    drop_answer: "Aura accepts an order, then the line is cut before it answers.",
    snapshot_fails: "Snapshots fail.",
    restore_fails: "Restores fail and leave the instance unable to load.",
    console_down: "Uploads: Aura's console is down and answers 502, 503 and 504 in turn.",
    storage_down: "Uploads: the cloud's storage is down and answers 500, 502, 503 and 504 in turn.",
    storage_drops: "Uploads: the connection breaks in the middle of the file.",
    storage_forgets: "Uploads: the cloud's storage loses its position.",
    load_fails: "Uploaded files fail to load and leave the instance unable to load.",
    load_stays: "Uploaded files are taken, and nothing happens.",
  },
};

const SERVICES = [
  ["aura", "Aura"],
  ["slack", "Slack"],
  ["bot", "Savepoint"],
];

const AT_ONCE = new Set(["disconnect", "drop_socket", "silent_socket", "crash"]); // these happen and are over

const isOn = (fault) => Boolean(fault.on) || fault.count > 0;
const isCounted = (fault) => fault.count > 0;

/** How many faults are on now. */
export function activeFaults() {
  const all = Object.values(world.faults ?? {}).flatMap((faults) => Object.values(faults ?? {}));
  return all.filter((f) => f && typeof f === "object" && isOn(f)).length;
}

/** Draw the tab. */
export function faultsTab() {
  if (!world.faults) return h("p", { class: "empty" }, "Loading…");
  return [
    h(
      "p",
      { class: "panel-intro" },
      "Make the outside world misbehave, and see that nothing is lost or done twice.",
    ),
    SERVICES.filter(([service]) => world.faults[service]).map(([service, title]) =>
      h(
        "section",
        { key: service, class: "fault-group" },
        h("h3", null, title),
        Object.entries(world.faults[service]).map(([name, fault]) => row(service, name, fault)),
      ),
    ),
  ];
}

function row(service, name, fault) {
  const words = WORDS[service]?.[name] ?? fault.label ?? name;
  const id = `fault-${service}-${name}`;
  return h(
    "div",
    { class: cls("fault", isOn(fault) && "fault-on"), key: id },
    h("p", { id, class: "fault-words" }, words),
    control({ service, name, fault, id }),
  );
}

function control({ service, name, fault, id }) {
  if (AT_ONCE.has(name)) {
    return h(
      "button",
      {
        type: "button",
        class: "button button-small",
        "aria-labelledby": `${id}-now ${id}`,
        id: `${id}-now`,
        "data-testid": id,
        disabled: isOn(fault),
        onclick: () => setFault({ service, name, on: true }),
      },
      isOn(fault) ? "Starting…" : "Do it now",
    );
  }
  const left = isCounted(fault) ? fault.count : 0;
  const choice = (text, pressed, change) =>
    h(
      "button",
      {
        type: "button",
        class: "segment",
        "aria-pressed": String(pressed),
        onclick: () => setFault({ service, name, ...change }),
      },
      text,
    );
  return h(
    "div",
    { class: "segments", role: "group", "aria-labelledby": id, "data-testid": id },
    choice("Off", !isOn(fault), { on: false }),
    choice(left > 1 ? `${left} times` : "Once", left > 0, { count: left + 1 }),
    choice("Always", isOn(fault) && !left, { on: true }),
  );
}
