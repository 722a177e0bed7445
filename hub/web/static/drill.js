// The dossiers (or events) behind one number; their count is the number.
import { html } from "./lib/preact-htm.js";
import { Definitions } from "./definitions.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { listLink, openDossier } from "./route.js";
import { SaveSheet } from "./sheet_button.js";
import { Dialog, Empty, Problem, usePages } from "./ui.js";

const RATINGS = ["satisfied", "neutral", "dissatisfied"].flatMap((name) => [name, ...["kiosk", "online", "survey"].map((via) => `${name}_${via}`)]);
export const EVENTS = new Set(["apologies_letter", "apologies_message", "returned_by_post", ...RATINGS]);

export function Drill({ name, value, row, params, onClose }) {
  const about = Object.entries(row).map(([dimension, code]) => nameOf(dimension, code)).join(" · ");
  return html`<${Dialog} title=${t(`fig_${name}`)} onClose=${onClose} wide>
    <${Counted} params=${{ ...params, figure: name }} value=${value} about=${about} />
  </${Dialog}>`;
}

// The list of what GET /v1/dossiers tells for `params`, of one figure or several; `value`: the
// number that it is to have; `defined`: whether to say what the figure counts.
export function Counted({ params, value, about, defined = true }) {
  const { items, next, total, error, busy, read } = usePages((cursor) => ask("/v1/dossiers", { ...params, limit: 200, cursor }));
  const events = [params.figure].flat().some((name) => EVENTS.has(name));
  return html`<p class="drill-total" data-total=${total}>${total === null ? t("loading") : t(events ? "drill_events" : "drill_dossiers", { n: number(total) })}
      ${about && html` – ${about}`}</p>
    <p class="tools"><a class="button" href=${listLink(params)}>${t("own_page")}</a><a class="button" data-print href=${listLink(params, { print: "yes" })}>${t("print")}</a>${total > 0 && html`<${SaveSheet} path="/v1/dossiers" params=${params} />`}</p>
    ${defined && html`<${Definitions} names=${[params.figure].flat()} />`}
    ${total !== null && total !== value && html`<p class="problem" role="alert">${t("drill_changed", { before: number(value), n: number(total) })}</p>`}
    ${error && html`<${Problem} error=${error} retry=${() => read(null)} />`}
    ${total === 0 && html`<${Empty}>${t("nothing_matches")}</${Empty}>`}
    <p class="drill-head" aria-hidden="true"><span>${t("col_code")}</span><span>${t("unit")}</span><span>${t(events ? "drill_when" : "received_at")}</span></p>
    <ul class="drill-list">
      ${items.map((item) => html`<li key=${`${item.unit} ${item.subject} ${item.source} ${item.id}`}>
        <button class="link" onClick=${() => openDossier(item)}>${item.subject}</button>
        <span>${nameOf("unit", item.unit)}</span>
        <small>${instant(item.received_at ?? item.time)}</small>
      </li>`)}
    </ul>
    ${next && html`<button class="more" onClick=${() => read(next)} disabled=${busy}>${t("show_more", { n: number(Math.min(200, total - items.length)) })}</button>`}`;
}
