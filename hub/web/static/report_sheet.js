// A report as its form prints it: heads over two lines, numbers of columns, texts, four empties.
import { Component, html } from "./lib/preact-htm.js";
import { day } from "./format.js";
import { t } from "./i18n.js";

const AT_FIRST = 300;
const TABLES = ["table", "score"];
const EMPTIES = ["not_provided", "not_applicable", "not_yet"];
const GLYPHS = { not_provided: "…", not_applicable: "-", not_yet: "" };

export const nameOfPeriod = ({ period }) => {
  const [year, part] = (period.label ?? "").split("-");
  if (!period.label) return `${day(period.from)} – ${day(period.to)}`;
  if (!part) return t("year_n", { year });
  return `${/^\d\d$/.test(part) ? t("month_n", { n: Number(part) }) : t(`part_${part}`)} ${t("year_n", { year }).toLowerCase()}`;
};

// Where a row is that stands for many (`each`), in the form.
export const rowOfForm = (made, section, row) => {
  const rows = made?.sections.find((one) => one.key === section)?.rows ?? [];
  return rows.find((one) => one.key === row) ?? rows.find((one) => one.each && row.startsWith(`${one.key}:`));
};

// `prior`: {of, columns, Before} where the year before is shown beside.
export function Sheet({ report, all, onAll, onCell, prior = null }) {
  const unit = report.unit_name || t("all_units");
  return html`<article class="panel sheet" aria-labelledby="sheet-title">
    <header>
      <h2 id="sheet-title">${report.title}</h2>
      <p class="sheet-unit">${unit}</p>
      <p>${nameOfPeriod(report)}${report.period.calendar === "nd09" ? ` – ${t("calendar_nd09")}` : ""}: ${t("report_days", { from: day(report.period.from), to: day(report.period.to), date: day(report.data_date) })}${report.map ? `; ${t("map_told", { day: day(report.map) })}` : ""}</p>
    </header>
    <${Legend} />
    ${report.sections.map((section) => html`<${Section} key=${section.key} section=${section} all=${all} onAll=${onAll} onCell=${onCell} prior=${prior} />`)}
    <footer class="sign" aria-hidden="true"><p>${t("sign_place")}</p><p><span>${t("sign_made")}</span><span>${t("sign_head")}</span></p></footer>
  </article>`;
}

function Legend() {
  return html`<p class="key legend"><span><strong>0</strong> ${t("state_zero")}</span>
    ${EMPTIES.map((state) => html`<span key=${state}><strong class=${state}>${GLYPHS[state]}</strong> ${t(`state_${state}`)}</span>`)}</p>`;
}

function Section({ section, all, onAll, onCell, prior }) {
  const id = `section-${section.key}`;
  if (section.kind === "values") return html`<${Values} section=${section} onCell=${onCell} prior=${prior} />`;
  const head = html`${section.label && html`<p class="sheet-label">${section.label}</p>`}
    ${section.title && html`<h3 id=${id}>${section.title}</h3>`}`;
  if (TABLES.includes(section.kind)) {
    return html`<section class="sheet-section">${head}
      ${section.unit_of_measure && html`<p class="measure">${t("measure", { is: section.unit_of_measure })}</p>`}
      <${Table} section=${section} id=${id} all=${all} onAll=${onAll} onCell=${onCell} prior=${prior} /></section>`;
  }
  const lines = (section.text ?? "").split("\n");
  return html`<section class="sheet-section">${head}
    ${section.kind === "list"
      ? html`<ul class="sheet-list">${lines.filter(Boolean).map((line, index) => html`<li key=${index}>${line}</li>`)}</ul>`
      : lines.map((line, index) => html`<p key=${index} class="sheet-text">${line}</p>`)}
    ${section.rows.some((row) => Object.keys(row.cells).length) && html`<${Values} section=${section} onCell=${onCell} prior=${prior} />`}</section>`;
}

// The numbers of a text, one by one, each with what stands behind it; not printed.
function Values({ section, onCell, prior }) {
  const rows = section.rows.filter((row) => Object.keys(row.cells).length);
  return html`<details class="sheet-values"><summary>${t("numbers_of_text", { n: rows.length })}</summary>
    <ul>${rows.map((row) => html`<li key=${row.key}><span>${row.label || row.key}</span>
      ${section.columns.filter((column) => row.cells[column.key]).map((column) => html`<span key=${column.key} class="value">${column.label && html`<small>${column.label}</small> `}<${Value} section=${section} row=${row} column=${column} onCell=${onCell} />${prior && html` <${prior.Before} cell=${row.cells[column.key]} points=${prior.of(`${section.key}/${row.key}/${column.key}`)} />`}</span>`)}</li>`)}</ul>
  </details>`;
}

function Table({ section, id, all, onAll, onCell, prior }) {
  const columns = prior ? prior.columns(section, prior.of) : section.columns;
  const rows = section.rows.filter((row) => !row.hidden);
  const shown = all ? rows : rows.slice(0, AT_FIRST);
  return html`<div class="scroll tall" tabindex="0" role="group" aria-labelledby=${id}>
    <table class="grid form" aria-labelledby=${id}>
      <${Heads} columns=${columns} />
      <tbody>${shown.map((row) => html`<${Row} key=${row.key} row=${row} section=${section} columns=${columns} onCell=${onCell} prior=${prior} />`)}</tbody>
    </table></div>
    ${rows.length > shown.length && html`<button class="more" onClick=${onAll}>${t("show_all_rows", { n: rows.length })}</button>`}`;
}

const kindOf = (column) => (column.is === "value" ? "number" : column.is);

// Headings over two lines where columns have one above them, and the columns' numbers.
function Heads({ columns }) {
  const two = columns.some((column) => column.under);
  const upper = [];
  let place = 0;
  for (const column of columns) {
    const last = upper.at(-1);
    if (column.under && last?.under === column.under) last.width += 1;
    else upper.push({ ...column, width: 1 });
  }
  return html`<thead>
    <tr>${upper.map((one) => (one.under ? html`<th key=${one.key} scope="colgroup" colspan=${one.width} class="group">${one.under}</th>` : html`<th key=${one.key} scope="col" rowspan=${two ? 2 : 1} class=${kindOf(one)}>${one.label}</th>`))}</tr>
    ${two && html`<tr>${columns.filter((column) => column.under).map((column) => html`<th key=${column.key} scope="col" class=${kindOf(column)}>${column.label}</th>`)}</tr>`}
    <tr class="numbers">${columns.map((column) => html`<td key=${column.key}>${!column.prior && `(${(place += 1)})`}</td>`)}</tr>
  </thead>`;
}

// Drawn once: a report's rows do not change.
class Row extends Component {
  shouldComponentUpdate(next) {
    return next.row !== this.props.row || next.prior !== this.props.prior;
  }

  render({ row, section, columns, onCell, prior }) {
    const below = !row.heading && !Object.keys(row.cells).length;
    return html`<tr class="${row.heading ? "heading" : ""} ${below ? "below" : ""}">
      ${columns.map((column) => {
        if (column.is === "label") return html`<th key=${column.key} scope="row" class="label">${row.label}</th>`;
        if (column.is === "code") return html`<td key=${column.key} class="code">${row.code}</td>`;
        if (column.prior) {
          const points = row.cells[column.prior] ? prior.of(`${section.key}/${row.key}/${column.prior}`) : [];
          return html`<td key=${column.key} class="number prior-cell"><${prior.Before} cell=${row.cells[column.prior]} points=${points} /></td>`;
        }
        const cell = row.cells[column.key];
        const words = typeof cell?.value === "string";
        return html`<td key=${column.key} class="${kindOf(column)} ${words ? "words" : ""} ${cell?.state ?? ""}">
          ${cell && (column.is === "note" ? cell.text : html`<${Value} section=${section} row=${row} column=${column} onCell=${onCell} />`)}</td>`;
      })}
    </tr>`;
  }
}

export const textOf = (cell) => (cell.state === "value" || cell.text ? cell.text : GLYPHS[cell.state]);
const spoken = (cell) => (cell.state === "value" || cell.text ? cell.text : t(`state_${cell.state}`));

function Value({ section, row, column, onCell }) {
  const cell = row.cells[column.key];
  const what = [row.code, row.label || row.key, column.under, column.label].filter(Boolean).join(", ");
  return html`<button class="drill ${cell.state}" data-cell="${section.key}/${row.key}/${column.key}" aria-label="${what}: ${spoken(cell)}. ${t("made_of_ask")}" onClick=${() => onCell(`${section.key}/${row.key}/${column.key}`)}>${textOf(cell)}</button>`;
}
