// The `rich_text` block: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { cls, h } from "./dom.js";
import { fillDate } from "./dates.js";
import { emoji, withEmoji } from "./emoji.js";
import { broadcast, channelMention, groupMention, link, userMention } from "./mrkdwn.js";

/** Draw the `elements` of a rich_text block or table cell. */
export function richText(elements) {
  return (elements ?? []).map(part);
}

function part(element) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, leaves(element.elements));
    case "rich_text_quote":
      return h("blockquote", null, leaves(element.elements));
    case "rich_text_preformatted":
      return h("pre", { class: "code-block", tabindex: "0" }, leaves(element.elements));
    case "rich_text_list":
      return h(
        element.style === "ordered" ? "ol" : "ul",
        {
          class: cls("rich-list", `indent-${element.indent ?? 0}`),
          start: element.offset ? element.offset + 1 : null,
        },
        element.elements.map((item) => h("li", null, leaves(item.elements))),
      );
    default:
      return h("span", null, leaf(element));
  }
}

const leaves = (elements) => (elements ?? []).map(leaf);

function leaf(element) {
  return styled(bare(element), element.style);
}

function bare(element) {
  switch (element.type) {
    case "text":
      return withBreaks(element.text);
    case "link":
      return link(element.url, [element.text || element.url]);
    case "user":
      return userMention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return groupMention(element.usergroup_id);
    case "broadcast":
      return broadcast(element.range);
    case "emoji":
      return emoji(element.name);
    case "date":
      return h("time", null, fillDate(String(element.timestamp), element.format) ?? element.fallback);
    case "color":
      return h("code", null, element.value);
    default:
      return `[${element.type}]`;
  }
}

const withBreaks = (text) =>
  text
    .split("\n")
    .flatMap((row, i) =>
      i ? [h("br"), ...withEmoji(row, { shortNames: false })] : withEmoji(row, { shortNames: false }),
    );

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code" };

function styled(content, style) {
  return Object.entries(TAGS).reduce(
    (inner, [name, tag]) => (style?.[name] ? h(tag, null, inner) : inner),
    content,
  );
}
