// Scenarios: the menu of what can be played, and the page that follows what plays now.

import { prepare } from "./composer.js";
import { h } from "./dom.js";
import { adopt } from "./drafts.js";
import { actAs, invalidate, on, openChannel, openPanel, openThread, toast, ui, world } from "./store.js";

const BASE = "/sandbox/scenarios";
const pace = Number(new URL(location.href).searchParams.get("pace")) || 1;
let known = { scenarios: [], playing: null };
let followed = 0; // the last cue this page has gone to
let typed = null; // the composer text that a scenario wrote here

async function load() {
  const answer = await fetch(BASE).catch(() => null);
  if (!answer?.ok) return; // a double alone, without a stage
  known = await answer.json();
  world.playing = known.playing;
  follow();
  invalidate();
}

async function tell(what, body = {}) {
  const answer = await fetch(`${BASE}/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  const said = answer?.ok ? await answer.json() : { error: "The sandbox did not answer." };
  if (said.error) toast(said.error, "error");
  await load();
}

async function play(name) {
  if (innerWidth <= 1020) openPanel(""); // else it lies over what there is to see
  await tell("start", { name, pace });
}

/** Go where the scenario is: the person, the conversation, the thread, what is being typed. */
function follow() {
  const cue = known.playing;
  if (!cue) {
    followed = 0;
    return;
  }
  if (cue.state === "playing" && cue.n !== followed && cue.as) {
    if (cue.as !== ui.as) actAs(cue.as);
    if (cue.channel !== ui.channel) openChannel(cue.channel);
    if (cue.thread && cue.thread !== ui.thread?.ts) openThread(cue.channel, cue.thread);
    else if (!cue.thread && ui.thread) ui.thread = null;
    type(cue);
    for (const view of world.state?.views ?? []) adopt(view);
    if (cue.field) setTimeout(() => show(cue.field), 0);
  }
  followed = cue.n;
}

function type(cue) {
  if (cue.typing === (typed ?? "")) return;
  typed = cue.typing || null;
  prepare({ id: cue.channel }, cue.typing);
}

function show(block) {
  document
    .querySelector(`.modal [data-block-id="${CSS.escape(block)}"]`)
    ?.scrollIntoView({ block: "center", behavior: "instant" });
}

on("state", () => {
  if (known.playing?.state === "playing") for (const view of world.state.views) adopt(view);
  load();
});

/** Draw the tab. */
export function scenariosTab() {
  return [
    h(
      "p",
      { class: "panel-intro" },
      "Lean back: each of these plays by itself, with the real bot. The page follows, and a caption says what to look at.",
    ),
    h(
      "ul",
      { class: "scenarios" },
      known.scenarios.map(({ name, title, about }) =>
        h(
          "li",
          { key: name, class: name === known.playing?.name ? "scenario scenario-on" : "scenario" },
          h("div", { class: "scenario-words" }, h("h3", { id: `scenario-${name}` }, title), h("p", null, about)),
          h(
            "button",
            {
              type: "button",
              class: "button button-small",
              id: `play-${name}`,
              "aria-labelledby": `play-${name} scenario-${name}`,
              "data-testid": `play-${name}`,
              onclick: () => play(name),
            },
            "Play",
          ),
        ),
      ),
    ),
  ];
}

/** The caption of what plays, if anything does; it stands above an open dialog too. */
export function caption() {
  const cue = known.playing;
  if (!cue) return null;
  const going = cue.state === "playing";
  return h(
    "section",
    {
      class: `caption caption-${cue.state}`,
      key: "caption",
      "aria-label": "Scenario",
      "data-testid": "caption",
      "data-state": cue.state,
    },
    h(
      "div",
      { class: "caption-words", role: "status" },
      h("p", { class: "caption-title" }, cue.title, going ? "" : cue.state === "done" ? " · the end" : " · broken off"),
      h("p", { class: "caption-text" }, cue.caption || "Setting the stage…"),
      cue.look && h("p", { class: "caption-look" }, cue.look),
    ),
    h(
      "div",
      { class: "caption-tools" },
      going && tool(cue.paused ? "Go on" : "Pause", () => tell(cue.paused ? "resume" : "pause")),
      going && tool("Next", () => tell("next")),
      !going && tool("Play again", () => play(cue.name)),
      tool(going ? "Stop" : "Close", () => tell("stop")),
    ),
  );
}

function tool(label, run) {
  return h("button", { type: "button", class: "button button-small", onclick: run }, label);
}

load();
