// Who stated what of a cell, when, and what became of it.
import { html } from "./lib/preact-htm.js";
import { shown } from "./entry_values.js";
import { instant } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Dialog, Empty, Problem, useAnswer } from "./ui.js";

export function History({ row, made, onClose }) {
  const asked = { unit: made.unit, code: row.code, period: made.period, calendar: made.calendar, level: row.level ?? "" };
  const { value, error, reload } = useAnswer((signal) => ask("/v1/indicators/history", asked, { signal }), []);
  return html`<${Dialog} title=${t("entry_history_of", { name: row.row })} onClose=${onClose}>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    <ol class="entry-history">${value?.items.map((item) => html`<li key=${`${item.source} ${item.id}`} class=${item.state}>
      <p><strong>${shown(row, item)}</strong> <span class="tag ${item.state === "in_force" ? "ok" : ""}">${t(`entry_state_${item.state}`)}</span></p>
      <p>${instant(item.time)} · <code>${item.source}</code></p>
      ${(item.evidence || item.note) && html`<p>${[item.evidence, item.note].filter(Boolean).join("; ")}</p>`}
      ${item.by && html`<p><small>${t(`entry_by_${item.state}`, { id: item.by.id, source: item.by.source })}</small></p>`}
      <p><small>${t("entry_told", { id: item.id, at: instant(item.accepted) })}</small></p></li>`)}</ol>
  </${Dialog}>`;
}
