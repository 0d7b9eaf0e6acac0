// What the page knows: the world as the Slack double tells it, and what this person has open.

const { searchParams } = new URL(location.href);

export const ui = {
  as: searchParams.get("as") ?? sessionStorage.getItem("as") ?? "",
  channel: sessionStorage.getItem("channel") ?? "",
  thread: null, // {channel, ts}
  appTab: "home",
  rail: false, // the drawer, at phone width
  panel: sessionStorage.getItem("panel") ?? (innerWidth >= 1100 ? "guide" : ""),
  front: "panel", // which of thread and panel is seen where there is room for one
  menu: "", // id of the open pop-up menu
  highlight: "", // ts of the message a link led to
};

export const world = { state: null, faults: null, playing: null, entries: [], connected: true };

let draw = () => {};
let drawing = false;

/** Say how to draw; called once per turn however many things changed. */
export function onDraw(fn) {
  draw = fn;
}

export function invalidate() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    draw();
  });
}

const listeners = { act: [], state: [] };

/** Hear of each accepted act (`act`) or of each new state (`state`). */
export function on(kind, fn) {
  listeners[kind].push(fn);
}

const toldOf = new Set();
export const toasts = [];

/** Show a notice for a while; the person can dismiss it earlier. */
export function toast(text, tone = "info") {
  const item = { id: `${performance.now()}-${toasts.length}`, text, tone };
  toasts.push(item);
  if (toasts.length > 4) toasts.shift();
  setTimeout(() => dismiss(item.id), 12_000);
  invalidate();
}

export function dismiss(id) {
  const at = toasts.findIndex((item) => item.id === id);
  if (at >= 0) toasts.splice(at, 1);
  invalidate();
}

async function json(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${path.split("?")[0]} answered ${answer.status}`);
  return answer.json();
}

const post = (path, body) =>
  json(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

let busy = false;
let again = null;

/** Fetch the state anew; calls while one is under way lead to exactly one more. */
export function refresh() {
  if (busy) {
    again ??= Promise.withResolvers?.() ?? deferred();
    return again.promise;
  }
  busy = true;
  return load().finally(() => {
    busy = false;
    const waiting = again;
    again = null;
    if (waiting) refresh().then(waiting.resolve);
  });
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function load() {
  const as = ui.as;
  try {
    const state = await json(as ? `/sandbox/state?as=${encodeURIComponent(as)}` : "/sandbox/state");
    if (state.ok === false) throw new Error(state.error);
    if (as !== ui.as) return; // the person was switched meanwhile: an answer for somebody else
    adopt(state);
  } catch (problem) {
    if (!world.state && ui.as) {
      forgetPerson(); // left over from another sandbox
      again ??= deferred();
    } else if (!world.state) {
      world.failed = String(problem.message ?? problem);
    } else world.connected = false;
  }
  invalidate();
}

function forgetPerson() {
  ui.as = "";
  sessionStorage.removeItem("as");
}

function adopt(state) {
  const first = !world.state || world.state.me !== state.me;
  world.state = state;
  world.connected = true;
  ui.as = state.me;
  sessionStorage.setItem("as", state.me);
  for (const notice of state.notices ?? []) {
    const id = `${state.me}|${notice.at}|${notice.text}`;
    if (toldOf.has(id)) continue;
    toldOf.add(id);
    if (!first) toast(notice.text, "warning");
  }
  for (const fn of listeners.state) fn(state);
}

/** Do something as the acting person; answers the double's word, and shows a refusal as a notice. */
export async function act(body) {
  let answer;
  try {
    answer = await post("/sandbox/act", { as: ui.as, ...body });
  } catch (problem) {
    answer = { ok: false, error: `The sandbox did not answer (${problem.message}).` };
  }
  if (!answer.ok) {
    if (!answer.noticed) toast(sentence(answer.error), "error"); // else it comes with the notices
  } else for (const fn of listeners.act) fn(body, answer);
  if (body.kind !== "suggest") await refresh();
  return answer;
}

const SENTENCES = {
  channel_not_found: "That conversation does not exist, or you cannot see it.",
  not_in_channel: "You are not in that conversation.",
  is_archived: "That channel is archived.",
  message_not_found: "That message is gone.",
  view_not_found: "That dialog is already closed.",
  operation_timeout: "Savepoint did not answer within three seconds, so Slack gave up waiting.",
};

function sentence(error) {
  return SENTENCES[error] ?? error ?? "Slack refused that.";
}

export async function loadFaults() {
  world.faults = await json("/sandbox/faults").catch(() => world.faults);
  invalidate();
}

export async function setFault(body) {
  try {
    const answer = await post("/sandbox/faults", body);
    if (answer.ok === false) toast(sentence(answer.error), "error");
  } catch (problem) {
    toast(`That did not work: ${problem.message}.`, "error");
  }
  await loadFaults();
}

const KEPT = 500;
let fetching = false;

export async function loadTimeline() {
  if (fetching) return;
  fetching = true;
  try {
    const after = world.entries.at(-1)?.n ?? 0;
    const { entries } = await json(`/sandbox/timeline?after=${after}`);
    if (entries.length) world.entries = [...world.entries, ...entries].slice(-KEPT);
  } catch {
    // The banner already says that the sandbox is away.
  } finally {
    fetching = false;
  }
  invalidate();
}

/** Follow the world: a word of change comes over the event stream, then the state is fetched. */
export function follow() {
  const source = new EventSource("/sandbox/events");
  source.onmessage = () => {
    refresh();
    if (world.faults) loadFaults();
    if (ui.panel === "timeline") loadTimeline();
  };
  source.onopen = () => refresh();
  source.onerror = () => {
    world.connected = false;
    invalidate();
  };
}

export function actAs(user) {
  ui.as = user;
  ui.menu = "";
  refresh();
  invalidate();
}

export function openChannel(id) {
  if (ui.channel !== id) ui.thread = null;
  ui.channel = id;
  ui.rail = false;
  ui.highlight = "";
  sessionStorage.setItem("channel", id);
  const channel = channelOf(id);
  if (channel?.kind === "app" && ui.appTab === "home") act({ kind: "home" });
  invalidate();
}

export function openThread(channel, ts) {
  ui.thread = { channel, ts };
  ui.front = "thread";
  invalidate();
}

export function openPanel(tab) {
  ui.panel = tab;
  ui.front = tab ? "panel" : "thread";
  sessionStorage.setItem("panel", tab);
  if (tab === "timeline") loadTimeline();
  if (tab === "faults") loadFaults();
  invalidate();
}

export const person = (id) => world.state?.people.find((p) => p.id === id);
export const channelOf = (id) => world.state?.channels.find((c) => c.id === id);
export const nameOf = (p) => p?.real_name || p?.name || "Someone";
export const me = () => person(world.state?.me);
export const bot = () => {
  const bots = world.state?.people.filter((p) => p.kind === "bot") ?? [];
  return bots.find((p) => /savepoint/i.test(`${p.name} ${p.real_name}`)) ?? bots[0];
};
