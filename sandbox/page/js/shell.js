// The frame of the page: the top bar with the person switcher, and the rail of conversations.

import { avatar, badge } from "./avatar.js";
import { cls, h } from "./dom.js";
import { SIGNS } from "./channel.js";
import { icon } from "./icons.js";
import { popMenu } from "./menu.js";
import { activeFaults } from "./faults.js";
import { act, actAs, bot, invalidate, me, nameOf, openChannel, openPanel, ui, world } from "./store.js";

const THEMES = ["auto", "light", "dark"];

export function theme() {
  return localStorage.getItem("theme") ?? "auto";
}

export function applyTheme(name) {
  localStorage.setItem("theme", name);
  document.documentElement.dataset.theme = name;
  invalidate();
}

/** The bar at the top: always says who one acts as. */
export function topBar() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  const faults = activeFaults();
  const panelSeen = Boolean(ui.panel);
  return h(
    "header",
    { class: "top" },
    h(
      "button",
      {
        type: "button",
        class: "icon-button top-menu",
        "aria-label": "Conversations",
        "aria-expanded": String(ui.rail),
        "data-testid": "open-rail",
        onclick: () => {
          ui.rail = !ui.rail;
          invalidate();
        },
      },
      icon("menu"),
    ),
    h(
      "p",
      { class: "brand" },
      h("img", { src: "/page/savepoint.svg", alt: "" }),
      h("span", null, "Savepoint ", h("em", null, "sandbox")),
    ),
    switcher(),
    h(
      "div",
      { class: "top-tools" },
      faults > 0 &&
        h(
          "button",
          {
            type: "button",
            class: "fault-count",
            "aria-label": `${faults} fault${faults > 1 ? "s" : ""} on`,
            onclick: () => openPanel("faults"),
          },
          icon("warn"),
          h("span", null, `${faults} fault${faults > 1 ? "s" : ""} on`),
        ),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": `Theme: ${theme()}. Switch to ${next}`,
          title: `Theme: ${theme()}`,
          "data-testid": "theme",
          onclick: () => applyTheme(next),
        },
        icon({ auto: "auto", light: "sun", dark: "moon" }[theme()]),
      ),
      h(
        "button",
        {
          type: "button",
          class: cls("icon-button", "control-toggle", panelSeen && "control-on"),
          "aria-label": "Control room",
          "aria-pressed": String(panelSeen),
          "data-testid": "control-room-toggle",
          onclick: () =>
            openPanel(panelSeen && (ui.front === "panel" || !ui.thread) ? "" : ui.panel || "guide"),
        },
        icon("tools"),
        h("span", { class: "wide-only" }, "Control room"),
      ),
    ),
  );
}

function switcher() {
  const who = me();
  if (!who) return null;
  const items = world.state.people
    .filter((p) => p.kind !== "bot")
    .map((p) => ({
      label: [nameOf(p), badge(p)],
      note: p.title,
      before: avatar(p),
      checked: p.id === who.id,
      disabled: p.kind === "deactivated",
      testid: "person",
      data: { "data-user": p.id },
      run: () => actAs(p.id),
    }));
  return h(
    "div",
    { class: "switcher" },
    popMenu({
      id: "acting-as",
      label: `Acting as ${nameOf(who)}${who.title ? `, ${who.title}` : ""}`,
      trigger: { class: "switcher-button", "aria-label": null, "data-testid": "acting-as", "data-user": who.id },
      wide: true,
      content: [
        avatar(who),
        h(
          "span",
          { class: "switcher-words" },
          h(
            "span",
            { class: "switcher-name" },
            h("span", { class: "switcher-label" }, "Acting as "),
            nameOf(who),
          ),
          h("span", { class: "switcher-title", "data-testid": "acting-title" }, who.title || who.kind),
        ),
        icon("down"),
      ],
      items: [{ heading: "Act as" }, ...items],
    }),
  );
}

/** The rail: the app, channels, and direct messages, with what is unread. */
export function rail() {
  const { channels, team } = world.state;
  const of = (...kinds) => channels.filter((c) => kinds.includes(c.kind) && c.member !== false);
  const others = channels.filter((c) => c.member === false && c.kind === "channel");
  return h(
    "nav",
    { class: cls("rail", ui.rail && "rail-open"), "aria-label": "Conversations", "data-testid": "rail" },
    h(
      "p",
      { class: "team" },
      h("span", { class: "team-mark", "aria-hidden": "true" }, team.name[0]),
      team.name,
    ),
    group("Apps", of("app")),
    group("Channels", of("channel", "private")),
    group("Direct messages", of("dm")),
    others.length > 0 && group("Not joined", others),
    !world.connected && h("p", { class: "away", role: "status" }, "Connection lost. Trying again…"),
  );
}

function group(title, channels) {
  if (!channels.length) return null;
  return h(
    "section",
    { key: title },
    h("h2", { class: "rail-title" }, title),
    h("ul", null, channels.map(row)),
  );
}

/** A conversation with somebody shows their face. */
function face(channel) {
  if (channel.kind === "app") return avatar(bot(), "avatar-tiny");
  const who =
    channel.kind === "dm" &&
    world.state.people.find((p) => nameOf(p) === channel.name || p.name === channel.name);
  return who ? avatar(who, "avatar-tiny") : null;
}

function row(channel) {
  const here = channel.id === ui.channel;
  const unread = channel.unread > 0 && !here;
  const label = [channel.name, channel.mentions && `${channel.mentions} mentions`, unread && "unread"]
    .filter(Boolean)
    .join(", ");
  return h(
    "li",
    { key: channel.id },
    h(
      "button",
      {
        type: "button",
        class: cls(
          "rail-row",
          here && "rail-here",
          unread && "rail-unread",
          channel.archived && "rail-archived",
        ),
        "aria-current": here ? "page" : null,
        "aria-label": label,
        "data-testid": "channel",
        "data-channel": channel.id,
        "data-name": channel.name,
        onclick: () => openChannel(channel.id),
      },
      face(channel) ?? icon(SIGNS[channel.kind]),
      h("span", { class: "rail-name" }, channel.name),
      channel.mentions > 0 &&
        !here &&
        h("span", { class: "count-badge", "aria-hidden": "true", "data-count": channel.mentions }),
    ),
  );
}

let reading = "";

/** Tell the double that what is on screen has been read. */
export function markRead() {
  const channel = world.state?.channels.find((c) => c.id === ui.channel);
  if (!channel?.unread || document.hidden) return;
  if (channel.kind === "app" && ui.appTab === "home") return;
  const now = `${ui.as} ${channel.id} ${world.state.rev}`;
  if (reading === now) return;
  reading = now;
  act({ kind: "read", channel: channel.id });
}
