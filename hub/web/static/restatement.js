// What a sealed report would say today: the cells that differ, and what makes each difference.
import { html, useState } from "./lib/preact-htm.js";
import { instant, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { textOf } from "./report_sheet.js";
import { openDossier } from "./route.js";
import { save } from "./saving.js";
import { Dialog, Empty, Problem, useAnswer } from "./ui.js";

const AT_FIRST = 100;
const signed = (n) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${number(Math.abs(n))}`;

export function Restatement({ id, seal, report, onClose }) {
  const path = `/v1/sealed/${encodeURIComponent(id)}/restatement`;
  const { value, error, reload } = useAnswer((signal) => ask(path, {}, { signal }), [id]);
  return html`<${Dialog} title=${t("restatement_of", { id })} onClose=${onClose} wide>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("restating")}</${Empty}>`}
    ${value && html`<p>${t("restated_between", { sealed: instant(value.sealed_as_of), today: instant(value.as_of) })}
        ${seal?.superseded_by && html` <span class="tag">${t("superseded_by", { id: seal.superseded_by })}</span>`}</p>
      ${!value.reproduced && html`<p class="problem" role="alert">${t("not_reproduced")}</p>`}
      ${value.unexplained !== 0 && html`<p class="problem" role="alert">${t("unexplained", { n: number(value.unexplained) })}</p>`}
      <${Download} path=${path} found=${value} />
      <${Cells} found=${value} report=${report} onOpen=${openDossier} />
      <${Renamed} title=${t("restated_texts")} rows=${value.texts} />
      <${Renamed} title=${t("restated_names")} rows=${value.names} />`}
  </${Dialog}>`;
}

function Download({ path, found }) {
  const [error, setError] = useState(null);
  const get = (format) => save(path, { format, as_of: found.as_of }, `${found.seal.id}-restatement.${format}`).then(() => setError(null), setError);
  return html`<p class="buttons">${["docx", "xlsx"].map((format) => html`<button key=${format} onClick=${() => get(format)}>${t(`format_${format}`)}</button>`)}
    <span>${found.cells.length ? t("restated_cells", { n: number(found.cells.length), dossiers: number(found.dossiers.length) }) : t("restated_none")}</span></p>
    ${error && html`<${Problem} error=${error} retry=${() => setError(null)} />`}`;
}

// The names of a cell's row and column as the form prints them.
function placeOf(report, { section, row, column, label, column_label: heading }) {
  const part = report.sections.find((one) => one.key === section);
  const line = part?.rows.find((one) => one.key === row && one.label === label);
  const head = part?.columns.find((one) => one.key === column && one.label === heading);
  return { row: [line?.code, label || row].filter(Boolean).join(" "), column: [head?.under, heading].filter(Boolean).join(" · ") };
}

function Cells({ found, report, onOpen }) {
  const [most, setMost] = useState(AT_FIRST);
  if (!found.cells.length) return null;
  const cells = found.cells.slice(0, most);
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${t("restated_table")}><table class="grid restated" aria-label=${t("restated_table")}>
    <thead><tr><th scope="col">${t("cell")}</th><th scope="col" class="number">${t("restated_sealed")}</th><th scope="col" class="number">${t("restated_today")}</th><th scope="col" class="number">${t("restated_difference")}</th></tr></thead>
    ${cells.map((cell) => html`<${Cell} key=${`${cell.section}/${cell.row}/${cell.column}`} cell=${cell} found=${found} report=${report} onOpen=${onOpen} />`)}
  </table></div>
  ${found.cells.length > most && html`<button class="more" onClick=${() => setMost(most + AT_FIRST)}>${t("more_cells", { n: number(found.cells.length - most) })}</button>`}`;
}

const said = (cell) => (cell ? textOf(cell) || t(`state_${cell.state}`) : t("restated_no_row"));

function Cell({ cell, found, report, onOpen }) {
  const place = placeOf(report, cell);
  return html`<tbody data-cell="${cell.section}/${cell.row}/${cell.column}">
    <tr><th scope="row">${place.row}<small>${place.column}</small></th><td class="number">${said(cell.sealed)}</td><td class="number">${said(cell.today)}</td><td class="number"><strong>${cell.difference == null ? "–" : signed(cell.difference)}</strong></td></tr>
    <tr class="why"><td colspan="4">
      ${cell.because.length > 0 && html`<${Because} all=${cell.because} onOpen=${onOpen} />`}
      ${cell.made_of.length > 0 && html`<p class="hint">${t("restated_made_of")} ${cell.made_of.map((of) => nameOfCell(of, found, report)).join("; ")}</p>`}
    </td></tr>
  </tbody>`;
}

function nameOfCell(of, found, report) {
  const cell = found.cells.find((one) => one.section === of.section && one.row === of.row && one.column === of.column);
  const place = cell && placeOf(report, cell);
  return place ? [place.row, place.column].filter(Boolean).join(" · ") : `${of.row}.${of.column}`;
}

function Because({ all, onOpen }) {
  const [most, setMost] = useState(AT_FIRST);
  return html`<ul class="because">
    ${all.slice(0, most).map((one, index) => html`<li key=${index}><span class="change">${signed(one.change)}</span>
      ${one.subject ? html`<button class="link" onClick=${() => onOpen({ unit: one.unit, subject: one.subject })}>${one.subject}</button>` : one.code && html`<span class="code">${one.code}</span>`}
      <span>${nameOf("unit", one.unit)}</span><span class="tag">${t(`reason_${one.reason}`)}</span></li>`)}
    ${all.length > most && html`<li><button class="more" onClick=${() => setMost(most + 10 * AT_FIRST)}>${t("more_parts", { n: number(all.length - most) })}</button></li>`}
  </ul>`;
}

// Words that say something else today.
function Renamed({ title, rows }) {
  return rows.length > 0 && html`<h3>${title}</h3><ul class="renamed">
    ${rows.map((row, index) => html`<li key=${index}><span class="code">${[row.section, row.row, row.column].filter(Boolean).join("/")}</span> <del>${row.sealed ?? "–"}</del> → <ins>${row.today ?? "–"}</ins></li>`)}</ul>`;
}
