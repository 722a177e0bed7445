// Bars of a table of figures: how what was received ended, row by row.
import { html } from "./lib/preact-htm.js";
import { Bar } from "./chart.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";

const KINDS = [
  ["resolved_early", "early"],
  ["resolved_on_time", "on-time"],
  ["resolved_late", "late"],
  ["in_progress_within", "within"],
  ["in_progress_overdue", "overdue"],
];
const AT_MOST = 40;

export function FigureChart({ rows, by }) {
  const largest = [...rows].sort((a, b) => b.figures.received_total - a.figures.received_total).slice(0, AT_MOST);
  const most = Math.max(...largest.map((row) => row.figures.received_total));
  // The table above says the same in numbers: the picture is for the eye alone.
  return html`<section class="panel chart" aria-labelledby="chart-title">
    <h2 id="chart-title">${t("chart_title")}</h2>
    <p class="key">${KINDS.map(([name, kind]) => html`<span key=${kind}><i class=${kind}></i>${t(`fig_${name}`)} </span>`)}</p>
    <ul class="bars" aria-hidden="true">
      ${largest.map((row) => html`<li key=${JSON.stringify(row.key)}>
        <span class="name">${by.map((name) => nameOf(name, row.key[name])).join(" · ")}</span>
        <${Bar} parts=${KINDS.map(([name, kind]) => ({ value: row.figures[name], kind, label: t(`fig_${name}`) }))} most=${most} />
        <span class="count">${number(row.figures.received_total)}</span>
      </li>`)}
    </ul>
    ${rows.length > AT_MOST && html`<p class="hint">${t("chart_largest", { n: AT_MOST })}</p>`}
  </section>`;
}
