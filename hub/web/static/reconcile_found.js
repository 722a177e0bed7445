// What a sheet and the report say differently, each line with the way to the dossiers behind it.
import { html, useState } from "./lib/preact-htm.js";
import { instant, number } from "./format.js";
import { t } from "./i18n.js";
import { known, placeOf, reason, shown, sumOf, where } from "./reconcile_lines.js";
import { openDossier } from "./route.js";

const AT_FIRST = 50;
const signed = (n) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${number(Math.abs(n))}`;
const isCut = ({ why }) => /^cut, not/.test(why ?? "");

export function tally(found) {
  const sum = (name) => found.dossiers.reduce((all, one) => all + one[name], 0);
  return {
    differing: found.differences.length,
    cut: found.differences.filter(isCut).length,
    sums: found.sums.filter((one) => one.result === "false").length,
    unchecked: found.cannot_be_checked.length + found.sums.filter((one) => one.result === "unknown").length,
    missing: sum("missing_total"),
    surplus: sum("surplus_total"),
    asking: found.sheets.filter((one) => !one.confirmed || one.unknown.length).length,
  };
}

// Rows of a table, some at first; `row` draws one.
function Table({ title, heads, rows, row }) {
  const [most, setMost] = useState(AT_FIRST);
  return html`<h3>${title}</h3><div class="scroll" tabindex="0" role="group" aria-label=${title}><table class="grid" aria-label=${title}>
      <thead><tr>${heads.map(([name, kind]) => html`<th key=${name} scope="col" class=${kind}>${t(name)}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, most).map(row)}</tbody></table></div>
    ${rows.length > most && html`<button class="more" onClick=${() => setMost(most + 10 * AT_FIRST)}>${t("show_more", { n: number(rows.length - most) })}</button>`}`;
}

const Place = ({ row, column }) => html`<th scope="row">${row}<small>${column}</small></th>`;

export function Differences({ rows, report, onCell }) {
  if (!rows.length) return null;
  const heads = [["held_cell"], ["cell"], ["held_on_sheet", "number"], ["held_in_hub", "number"], ["held_difference", "number"], ["held_why"]];
  return html`<${Table} title=${t("held_differences", { n: number(rows.length) })} heads=${heads} rows=${rows} row=${(one) => html`<tr key=${where(one)} data-cell=${where(one)}>
    <td class="code">${where(one)}</td><${Place} ...${placeOf(report, one)} />
    <td class="number">${shown(one.on_sheet)}</td>
    <td class="number"><button class="link" aria-label=${`${Object.values(placeOf(report, one)).join(", ")}: ${shown(one.in_hub)}. ${t("made_of_ask")}`} onClick=${() => onCell(`${one.section}/${one.row}/${one.column}`)}>${shown(one.in_hub)}</button></td>
    <td class="number">${one.difference == null ? "–" : signed(one.difference)}</td>
    <td>${one.why && html`<span class="tag warn">${reason(one.why)}</span>`}</td></tr>`} />`;
}

export function Sums({ rows, report }) {
  if (!rows.length) return null;
  const heads = [["held_cell"], ["cell"], ["held_says", "number"], ["held_should", "number"], ["held_why"]];
  return html`<${Table} title=${t("held_sums", { n: number(rows.length) })} heads=${heads} rows=${rows} row=${(one, index) => html`<tr key=${index}>
    <td class="code">${where(one)}</td><${Place} ...${sumOf(one, report)} />
    <td class="number">${shown(one.left)}</td><td class="number">${shown(one.right)}</td>
    <td>${one.cell && html`<code>${one.says}</code> `}${one.why && html`<span class="tag warn">${reason(one.why)}</span>`}</td></tr>`} />`;
}

// What cannot be compared, and why; nothing of it is called wrong.
export function Unchecked({ found, report }) {
  const rows = [...found.cannot_be_checked, ...found.sums.filter((one) => one.result === "unknown")];
  if (!rows.length) return null;
  const heads = [["held_cell"], ["cell"], ["held_on_sheet", "number"], ["held_why"]];
  return html`<details><summary>${t("held_unchecked", { n: number(rows.length) })}</summary>
    <${Table} title=${t("held_unchecked", { n: number(rows.length) })} heads=${heads} rows=${rows} row=${(one, index) => html`<tr key=${index}>
      <td class="code">${where(one)}</td><${Place} ...${sumOf(one, report)} />
      <td class="number">${shown(one.on_sheet ?? one.left)}</td><td>${reason(one.why) || t("held_part")}</td></tr>`} /></details>`;
}

// Dossiers that only one of the two has.
export function Dossiers({ found }) {
  return html`<p class="hint">${t("held_listed", { sheet: found.sheet || t("held_file"), column: found.column, listed: number(found.listed), figure: t(`fig_${found.figure}`), counted: number(found.counted) })}
      ${found.rows_repeated.length > 0 && ` ${t("held_repeated", { rows: some(found.rows_repeated) })}`}${found.rows_unread.length > 0 && ` ${t("held_unread", { rows: some(found.rows_unread) })}`}</p>
    ${["missing", "surplus"].map((name) => found[`${name}_total`] > 0 && html`<${Table} key=${name} title=${t(`held_${name}`, { n: number(found[`${name}_total`]) })} heads=${[["col_code"], ["held_known"], ["received_at"]]} rows=${found[name]} row=${(one) => html`<tr key=${one.subject} data-dossier=${one.subject}>
      <th scope="row">${one.known.length ? html`<button class="link" onClick=${() => openDossier({ unit: one.known[0].unit, subject: one.subject })}>${one.subject}</button>` : html`<span class="code">${one.subject}</span>`}${one.row && html` <small>${t("held_at_row", { n: one.row })}</small>`}</th>
      <td>${known(one)}</td><td>${instant(one.known[0]?.received_at)}</td></tr>`} />`)}`;
}

const some = (rows) => `${rows.slice(0, 20).join(", ")}${rows.length > 20 ? "…" : ""}`;
