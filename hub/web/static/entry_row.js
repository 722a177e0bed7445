// One cell to fill in: where it stands in the form, what is there, what is typed, what is wrong.
import { html, useState } from "./lib/preact-htm.js";
import { History } from "./entry_history.js";
import { doubt, inWordsOf } from "./entry_checks.js";
import { YES_NO, shown } from "./entry_values.js";
import { t } from "./i18n.js";

const MOST = 500;

export function EntryRow({ row, made, draft, fault, onChange, propose }) {
  const [more, setMore] = useState(false);
  const [asked, setAsked] = useState(false);
  const id = `entry-${row.code}-${row.level ?? ""}`;
  const change = (values) => {
    const next = { ...draft, ...values };
    onChange(Object.values(next).some(Boolean) ? next : null);
  };
  const wrong = fault ? inWordsOf(fault) : draft && !draft.status && doubt(row, draft);
  const beside = more || draft?.evidence || draft?.note;
  return html`<li class="entry-row ${draft ? "typed" : ""} ${wrong ? "wrong" : ""}">
    <div class="entry-place">
      <label for=${id}>${row.printed && html`<span class="code">${row.printed}</span> `}${row.row}</label>
      <small>${[row.column, row.level && t(`level_${row.level}`), t(`entry_kind_${row.kind}`)].filter(Boolean).join(" · ")}</small>
      ${row.hints.length > 0 && html`<small>${row.hints.join("; ")}</small>`}
    </div>
    <p class="entry-present"><small>${t("entry_present")}</small> ${shown(row, row.present) || "–"}${row.present.origin && row.present.origin !== "own" && html` <small>${t(`entry_origin_${row.present.origin}`)}</small>`}
      ${row.statements > 0 && html`<button class="link" onClick=${() => setAsked(true)} aria-label=${t("entry_history_of", { name: row.row })}>${t("entry_history", { n: row.statements })}</button>`}</p>
    <p class="entry-proposal">${row.proposal && html`<small>${t("entry_before", { period: made.before })}</small> ${shown(row, row.proposal)}
      ${made.may_send && html` <button class="entry-take" onClick=${propose} aria-label=${t("entry_take_of", { name: row.row })}>${t("entry_take")}</button>`}`}</p>
    <div class="entry-input">
      ${made.may_send &&
      html`${draft?.status
          ? html`<span class="chip">${t(`entry_${draft.status}`)} <button class="quiet" aria-label=${t("entry_undo")} onClick=${() => change({ status: "" })}>✕</button></span>`
          : html`<${Field} id=${id} row=${row} value=${draft?.value ?? ""} wrong=${wrong} onChange=${(value) => change({ value })} />`}
        <select class="entry-status" aria-label=${t("entry_status_of", { name: row.row })} value="" onChange=${(event) => change({ status: event.target.value, value: "" })}>
          <option value="">…</option>
          <option value="not_applicable">${t("entry_not_applicable")}</option>
          ${row.present.origin === "own" && html`<option value="withdrawn">${t("entry_withdrawn")}</option>`}
        </select>
        <button class="quiet" aria-expanded=${Boolean(beside)} aria-label=${t("entry_beside_of", { name: row.row })} onClick=${() => setMore(!more)}>${t("entry_beside")}</button>`}
      <span id="${id}-said" class="said bad" role="alert">${wrong}</span>
    </div>
    ${beside && made.may_send && html`<div class="entry-beside">${["evidence", "note"].map((name) => html`<label key=${name}><small>${t(`entry_${name}`)}</small>
      <input maxlength=${MOST} value=${draft?.[name] ?? ""} onInput=${(event) => change({ [name]: event.target.value })} /></label>`)}</div>`}
    ${asked && html`<${History} row=${row} made=${made} onClose=${() => setAsked(false)} />`}
  </li>`;
}

// The input of a kind.
function Field({ id, row, value, wrong, onChange }) {
  const given = { id, value, "aria-invalid": wrong ? "true" : null, "aria-describedby": `${id}-said` };
  const words = row.kind === "yes_no" ? Object.values(YES_NO).reverse() : row.choices;
  if (words.length) {
    return html`<select ...${given} onChange=${(event) => onChange(event.target.value)}><option value="">–</option>${words.map((word) => html`<option key=${word} value=${word}>${word}</option>`)}</select>`;
  }
  if (row.kind === "date") return html`<input ...${given} type="date" onChange=${(event) => onChange(event.target.value)} />`;
  const isNumber = ["count", "amount", "share"].includes(row.kind);
  return html`<input ...${given} class=${isNumber ? "number" : ""} inputmode=${isNumber ? "decimal" : "text"} autocomplete="off" maxlength=${MOST} onInput=${(event) => onChange(event.target.value)} />`;
}
