// What something would change before anybody lets it happen, by the figures that a report shows.
import { html } from "./lib/preact-htm.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";

// `lead`: the text about events and dossiers. What is not all of it says so: a table that stops is no forecast.
export function Would({ would, lead }) {
  const { dossiers = 0, only_added = 0, retracted = 0, added = 0, figures = [], figures_left_out: left = 0, events_left_out: unread = 0 } = would;
  const counts = Object.entries({ dossiers, only_added, retracted, added }).map(([name, n]) => [name, number(n)]);
  return html`<p>${t(lead, Object.fromEntries(counts))}</p>
    ${would.is_all === false && html`<p class="warning">${t("would_not_all")}</p>`}
    ${unread > 0 && html`<p class="warning">${t("would_unread", { n: number(unread) })}</p>`}
    ${figures.length > 0
      ? html`<div class="scroll would" tabindex="0" role="group" aria-label=${t("connector_figures")}><table class="grid">
      <thead><tr><th scope="col">${t("unit")}</th><th scope="col">${t("period_name")}</th><th scope="col">${t("figure_name")}</th><th scope="col" class="number">${t("before")}</th><th scope="col" class="number">${t("after")}</th></tr></thead>
      <tbody>${figures.map((line) => html`<tr key=${`${line.unit} ${line.period} ${line.figure}`}><th scope="row">${nameOf("unit", line.unit)}</th>
        <td>${line.period}</td><td>${t(`fig_${line.figure}`)}</td><td class="number">${number(line.before)}</td><td class="number">${number(line.after)}</td></tr>`)}</tbody>
    </table></div>`
      : html`<p class="hint">${t("would_no_figures")}</p>`}
    ${left > 0 && html`<p class="warning">${t("would_left_out", { n: number(left) })}</p>`}`;
}
