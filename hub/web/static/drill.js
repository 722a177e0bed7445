// The dossiers (or events) behind one number; their count is the number.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { Dossier } from "./dossier.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Dialog, Empty, Problem } from "./ui.js";

const RATINGS = ["satisfied", "neutral", "dissatisfied"].flatMap((name) => [name, ...["kiosk", "online", "survey"].map((via) => `${name}_${via}`)]);
const EVENTS = new Set(["apologies_letter", "apologies_message", "returned_by_post", ...RATINGS]);

export function Drill({ name, value, row, params, onClose }) {
  const about = Object.entries(row).map(([dimension, code]) => nameOf(dimension, code)).join(" · ");
  const [state, setState] = useState({ items: [], next: null, total: null });
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(null);
  const read = async (cursor) => {
    setBusy(true);
    try {
      const page = await ask("/v1/dossiers", { ...params, figure: name, limit: 200, cursor });
      setError(null);
      setState((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next, total: page.total }));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    read(null);
  }, []);
  const { items, next, total } = state;
  return html`<${Dialog} title=${t(`fig_${name}`)} onClose=${onClose} wide>
    <p class="drill-total" data-total=${total}>${total === null ? t("loading") : t(EVENTS.has(name) ? "drill_events" : "drill_dossiers", { n: number(total) })}
      ${about && html` – ${about}`}</p>
    ${total !== null && total !== value && html`<p class="problem" role="alert">${t("drill_changed", { before: number(value), n: number(total) })}</p>`}
    ${error && html`<${Problem} error=${error} retry=${() => read(null)} />`}
    ${total === 0 && html`<${Empty}>${t("nothing_matches")}</${Empty}>`}
    <p class="drill-head" aria-hidden="true"><span>${t("col_code")}</span><span>${t("unit")}</span><span>${t(EVENTS.has(name) ? "drill_when" : "received_at")}</span></p>
    <ul class="drill-list">
      ${items.map((item) => html`<li key=${`${item.unit} ${item.subject} ${item.source} ${item.id}`}>
        <button class="link" onClick=${() => setOpen({ unit: item.unit, subject: item.subject })}>${item.subject}</button>
        <span>${nameOf("unit", item.unit)}</span>
        <small>${instant(item.received_at ?? item.time)}</small>
      </li>`)}
    </ul>
    ${next && html`<button class="more" onClick=${() => read(next)} disabled=${busy}>${t("show_more", { n: number(Math.min(200, total - items.length)) })}</button>`}
    ${open && html`<${Dossier} ...${open} onClose=${() => setOpen(null)} />`}
  </${Dialog}>`;
}
