// Charts: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
// Each value is a bar with its number beside it, whatever the kind of chart.

import { cls, h } from "./dom.js";
import { plain } from "./mrkdwn.js";

/** Draw a chart block. */
export function chart({ block }) {
  const { segments, axis_config: axis } = block.chart;
  const series = block.chart.series ?? [{ name: "", data: segments }];
  const labels = axis?.categories ?? segments.map((s) => s.label);
  const most = Math.max(...series.flatMap((s) => s.data.map((p) => p.value)), 0) || 1;
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", null, plain(block.title), axis?.y_label && h("span", { class: "chart-unit" }, axis.y_label)),
    series.length > 1 &&
      h(
        "ul",
        { class: "chart-legend" },
        series.map((s, i) => h("li", null, h("span", { class: cls("swatch", `series-${i}`) }), s.name)),
      ),
    h(
      "dl",
      null,
      labels.map((label, at) => [
        h("dt", { key: `l${at}` }, label),
        h("dd", { key: `v${at}` }, series.map((s, i) => bar(s.name, s.data[at].value, most, i))),
      ]),
    ),
  );
}

function bar(name, value, most, i) {
  return h(
    "span",
    { class: "chart-bar", title: name ? `${name}: ${value}` : null },
    h(
      "svg",
      { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      h("rect", { class: `series-${i}`, width: (100 * Math.max(0, value)) / most, height: 10 }),
    ),
    name && h("span", { class: "sr-only" }, `${name} `),
    h("span", { class: "chart-value" }, String(value)),
  );
}
