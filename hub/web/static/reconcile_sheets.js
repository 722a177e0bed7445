// How a sheet was understood: which section it is, which columns and rows; what is guessed waits for a person.
import { html } from "./lib/preact-htm.js";
import { day as dayOf } from "./format.js";
import { t } from "./i18n.js";

const TABLES = ["table", "score"];
const labelOf = ({ code, label, key }) => [code, label || key].filter(Boolean).join(" ");
const headOf = ({ under, label, key }) => [under, label || key].filter(Boolean).join(" · ");
const named = (sheet) => sheet || t("held_file");

// What a person says is sent with the sheet's name before it: `SHEET!D`, `SHEET!17`.
export function Sheets({ found, report, said, onSay, onAll }) {
  const parts = report.sections.filter((one) => TABLES.includes(one.kind));
  return html`${found.sheets.map((one) => html`<${Understood} key=${one.sheet} one=${one} report=${report} parts=${parts} said=${said} onSay=${onSay} onAll=${onAll} />`)}
    ${found.not_recognised.length > 0 && html`<details open=${!found.sheets.length && !found.dossiers.length}><summary>${t("held_unrecognised", { sheets: found.not_recognised.map(named).join(", ") })}</summary>
    ${found.not_recognised.map((sheet) => html`<p key=${sheet} class="held-ask"><strong>${named(sheet)}</strong> <${Section} sheet=${sheet} value=${said.section[sheet] ?? ""} parts=${parts} onSay=${onSay} /></p>`)}</details>`}`;
}

function Understood({ one, report, parts, said, onSay, onAll }) {
  const part = report.sections.find((it) => it.key === one.section);
  const guessed = one.columns.filter((column) => column.how === "place");
  const asks = !one.confirmed || one.unknown.length > 0;
  const place = (column) => `${one.sheet}!${column}`;
  const confirm = () => onAll(Object.fromEntries(guessed.map((column) => [place(column.column), column.as])));
  return html`<details class="held-sheet" open=${asks}>
    <summary>${t("held_understood", { sheet: named(one.sheet), section: part.title || part.key, rows: one.rows })} ${asks && html`<span class="tag warn">${t("held_ask")}</span>`}</summary>
    <${Section} sheet=${one.sheet} value=${one.section} parts=${parts} onSay=${onSay} />
    ${!one.confirmed && html`<p class="held-ask">${t("held_guessed", { columns: guessed.map((column) => column.column).join(", ") })} <button class="primary" onClick=${confirm}>${t("held_confirm")}</button></p>`}
    ${one.unknown.length > 0 && html`<p>${t("held_rows_unknown")}</p><ul class="held-rows">${one.unknown.map((row) => html`<${Unknown} key=${row.row} row=${row} part=${part} onSay=${(key) => onSay("row", place(row.row), key)} />`)}</ul>`}
    ${one.rows_said.filter((row) => row.since).map((row) => html`<p key=${row.row} class="held-ask">${t("held_at_row", { n: row.row })} “${row.label}” = ${nameOfRow(part, row.as)} <small>${t("held_since", { day: dayOf(row.since) })}</small></p>`)}
    ${Object.keys(said.row).filter((at) => at.startsWith(`${one.sheet}!`)).map((at) => html`<p key=${at} class="held-ask">${t("held_at_row", { n: at.slice(one.sheet.length + 1) })} = ${nameOfRow(part, said.row[at])} <button class="link" onClick=${() => onSay("row", at, null)}>${t("held_undo")}</button></p>`)}
    <details open=${!one.confirmed}><summary>${t("held_columns", { n: one.columns.length })}</summary><div class="scroll" tabindex="0" role="group" aria-label=${t("held_as")}><table class="grid" aria-label=${t("held_as")}>
      <thead><tr><th scope="col">${t("held_column_at")}</th><th scope="col">${t("held_heading")}</th><th scope="col">${t("held_as")}</th><th scope="col">${t("held_how")}</th></tr></thead>
      <tbody>${one.columns.map((column) => html`<tr key=${column.column}><th scope="row">${column.column}</th><td>${column.heading.split(" / ").slice(-2).join(" · ")}</td>
        <td><select aria-label=${t("held_as_column", { column: column.column })} value=${column.as} onChange=${(event) => onSay("column", place(column.column), event.target.value)}>${part.columns.filter((it) => it.is === "value").map((it) => html`<option key=${it.key} value=${it.key}>${headOf(it)}</option>`)}</select></td>
        <td><span class="tag ${column.how === "place" ? "warn" : ""}">${t(`held_how_${column.how}`)}</span></td></tr>`)}</tbody></table></div></details>
    ${one.rows_missing.length > 0 && html`<p class="hint">${t("held_rows_missing", { rows: one.rows_missing.map((key) => nameOfRow(part, key)).join("; ") })}</p>`}
  </details>`;
}

const nameOfRow = (part, key) => labelOf(part.rows.find((row) => row.key === key) ?? { key });

function Section({ sheet, value, parts, onSay }) {
  return html`<label class="held-section">${t("held_section")} <select value=${value} onChange=${(event) => onSay("section", sheet, event.target.value)}>
    ${!value && html`<option value="">${t("held_choose")}</option>`}${parts.map((one) => html`<option key=${one.key} value=${one.key}>${one.title || one.key}</option>`)}</select></label>`;
}

// A row with numbers that is no row of the form, perhaps under another name.
function Unknown({ row, part, onSay }) {
  const likely = row.may_be.map((key) => part.rows.find((one) => one.key === key)).filter(Boolean);
  return html`<li><strong>${t("held_at_row", { n: row.row })}</strong> <span>${row.label || "–"}</span>
    ${likely.map((one) => html`<button key=${one.key} onClick=${() => onSay(one.key)}>${t("held_is", { row: one.label || one.key })}</button>`)}
    <select aria-label=${t("held_row_as", { n: row.row })} onChange=${(event) => onSay(event.target.value)}><option value="">${t("held_choose")}</option>
      ${part.rows.filter((one) => Object.keys(one.cells).length).map((one) => html`<option key=${one.key} value=${one.key}>${labelOf(one)}</option>`)}</select></li>`;
}
