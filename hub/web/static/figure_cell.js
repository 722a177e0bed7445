// A cell of a table of figures: it leads to its dossiers; a rate says of how many it is.
import { html } from "./lib/preact-htm.js";
import { countsOf, textOf, valueOf } from "./figure_columns.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

export function Cell({ column, figures, said, onDrill }) {
  const { kind, figure } = column;
  const value = valueOf(column, figures);
  const text = textOf(column, figures);
  if (kind === "change" || kind === "percent") return html`<td class="number change ${value ? "" : "zero"}">${text}</td>`;
  const what = [...said, t(`fig_${figure}`), ...(kind === "before" || kind === "rate_before" ? [t("before_period")] : [])].join(", ");
  if (kind.startsWith("rate")) {
    const [part, whole] = countsOf(column, figures).map(number);
    if (value == null) return html`<td class="number rate zero" title=${t("rate_of_none")}>–</td>`;
    const label = t("rate_label", { what: [...said, t(column.id.replace("before.", "")), ...(kind === "rate_before" ? [t("before_period")] : [])].join(", "), part, whole, text });
    return html`<td class="number rate ${value ? "bad" : "zero"}"><button class="drill" data-rate=${column.id} data-tip="${part} / ${whole}" aria-label=${label} onClick=${onDrill}>${text}</button></td>`;
  }
  const look = figure.endsWith("_total") ? "sum" : /late|overdue/.test(figure) ? "bad" : "";
  return html`<td class="number ${look} ${value ? "" : "zero"}">
    ${value ? html`<button class="drill" data-figure=${kind === "value" ? figure : null} data-before=${kind === "before" ? figure : null} aria-label=${t("drill_label", { what, n: number(value) })} onClick=${onDrill}>${text}</button>` : "0"}
  </td>`;
}
