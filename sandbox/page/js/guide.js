// "Try this": four calm steps to a finished restore, and the people one can be.

import { avatar, badge } from "./avatar.js";
import { cls, h } from "./dom.js";
import { icon } from "./icons.js";
import { prepare } from "./composer.js";
import { act, actAs, invalidate, me, nameOf, on, openChannel, openPanel, ui, world } from "./store.js";

const COMMAND = "/aura restore orders-prod";
const done = new Set();
let naming = ""; // the person being renamed
let name = "";

on("act", (body, answer) => {
  if (body.kind === "command" && /^\/\S+ restore\b/.test(body.text)) done.add(1);
  if (body.kind === "submit" && !Object.keys(answer.errors ?? {}).length && done.has(1)) done.add(2);
  if (body.kind === "press" && /approve/i.test(body.action_id) && done.has(2)) done.add(3);
});

on("state", () => {
  if (!done.has(3)) return;
  const all = Object.values(world.state.messages).flat();
  // The end of a restore is a message of its own that offers the way back.
  if (all.some((m) => m.bot && JSON.stringify(m.blocks ?? []).match(/"text":"[^"]*\bUndo\b/))) done.add(4);
});

const members = () => world.state.people.filter((p) => p.kind === "member");
const withRole = (role) => members().filter((p) => new RegExp(role, "i").test(p.title ?? ""));
const requester = () => withRole("requester")[0] ?? members()[0];
const approver = () => withRole("approver").find((p) => p.id !== requester()?.id) ?? members()[1];

function channel() {
  const fit = world.state.channels.filter(
    (c) => c.bot_in && c.member !== false && ["channel", "private"].includes(c.kind),
  );
  // where the card of a restore in production appears, whatever is open now
  return fit.find((c) => /prod/.test(c.name)) ?? fit.find((c) => c.id === ui.channel) ?? fit[0];
}

function typeIt() {
  const target = channel();
  if (!target) return;
  if (requester() && me().id !== requester().id) actAs(requester().id);
  openChannel(target.id);
  if (innerWidth < 900) openPanel("");
  setTimeout(() => prepare(target, COMMAND), 200);
}

const STEPS = [
  {
    title: "Ask for a restore",
    body: () => ["As the requester, type ", h("code", null, COMMAND), " in #ops-production and press Enter."],
    button: () => ["Type it for me", typeIt],
  },
  {
    title: "Say why, and type RESTORE",
    body: () => [
      "The dialog shows what would be lost. Give a reason, type ",
      h("code", null, "RESTORE"),
      ", then the last four characters of the instance's id (",
      h("code", null, "7a11"),
      "), and ask for approval.",
    ],
  },
  {
    title: "Approve it as somebody else",
    body: () => [
      "Nobody approves their own restore. Become an approver, open the thread under the card and press ",
      h("strong", null, "Approve"),
      ".",
    ],
    button: () =>
      approver() && me().id !== approver().id && [`Act as ${nameOf(approver())}`, () => actAs(approver().id)],
  },
  {
    title: "Watch it happen",
    body: () => [
      "A safety snapshot first, then the restore. The card follows each phase; the last message offers ",
      h("strong", null, "Undo"),
      ".",
    ],
    button: () => ["Show cause and effect", () => openPanel("timeline")],
  },
];

/** Draw the tab. */
export function guideTab() {
  const next = STEPS.findIndex((_step, i) => !done.has(i + 1)) + 1;
  return [
    h(
      "p",
      { class: "panel-intro" },
      "A real bot, with Slack and Aura played by doubles. Nothing here can be harmed. Four steps to a finished restore, or ",
      h(
        "button",
        { type: "button", class: "link", onclick: () => openPanel("scenarios") },
        "watch one play by itself",
      ),
      ".",
    ),
    h(
      "ol",
      { class: "steps" },
      STEPS.map((s, i) => step(s, i + 1, next)),
    ),
    h("h3", { class: "panel-title" }, "People"),
    h("ul", { class: "people" }, world.state.people.filter((p) => p.kind !== "bot").map(row)),
  ];
}

function step({ title, body, button }, n, next) {
  const offered = n === next && button?.();
  return h(
    "li",
    {
      class: cls("guide-step", done.has(n) && "guide-done", n === next && "guide-next"),
      key: n,
      "aria-current": n === next ? "step" : null,
    },
    h("span", { class: "guide-mark", "aria-hidden": "true" }, done.has(n) ? icon("check") : n),
    h(
      "div",
      null,
      h("h3", null, title, done.has(n) && h("span", { class: "sr-only" }, " (done)")),
      h("p", null, body()),
      offered &&
        h("button", { type: "button", class: "button button-small", onclick: offered[1] }, offered[0]),
    ),
  );
}

function row(p) {
  const isMe = p.id === world.state.me;
  if (naming === p.id) return renaming(p);
  return h(
    "li",
    { key: p.id, class: cls("person", isMe && "person-me") },
    avatar(p),
    h(
      "span",
      { class: "person-words" },
      h("span", { class: "person-name" }, nameOf(p), badge(p)),
      h("span", { class: "person-title" }, p.title),
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": `Rename ${nameOf(p)}`,
        title: "Rename: names are display only",
        onclick: () => {
          naming = p.id;
          name = nameOf(p);
          invalidate();
        },
      },
      icon("pencil"),
    ),
    p.kind !== "deactivated" &&
      h(
        "button",
        {
          type: "button",
          class: "button button-small",
          disabled: isMe,
          "aria-label": isMe ? null : `Act as ${nameOf(p)}`,
          onclick: () => actAs(p.id),
        },
        isMe ? "You" : "Act as",
      ),
  );
}

function renaming(p) {
  const finish = () => {
    naming = "";
    invalidate();
  };
  const save = async (event) => {
    event.preventDefault();
    if (name.trim() && name.trim() !== nameOf(p))
      await act({ kind: "rename", user: p.id, name: name.trim() });
    finish();
  };
  return h(
    "li",
    { key: `${p.id} naming`, class: "person" },
    h(
      "form",
      { class: "rename", onsubmit: save },
      h("input", {
        class: "input",
        "aria-label": `New name for ${nameOf(p)}`,
        value: name,
        ref: (el) => el.select(),
        oninput: (event) => {
          name = event.target.value;
          invalidate();
        },
        onkeydown: (event) => event.key === "Escape" && finish(),
      }),
      h("button", { type: "submit", class: "button button-small button-primary" }, "Rename"),
    ),
  );
}
