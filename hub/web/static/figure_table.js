// The table of figures: rows of units as a tree with sums, all others one after the other.
import { html, useMemo, useState } from "./lib/preact-htm.js";
import { Defined } from "./definitions.js";
import { orderBy, valueOf } from "./figure_columns.js";
import { Cell } from "./figure_cell.js";
import { linesOf } from "./figure_tree.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { amend } from "./route.js";
import { SortHeader, usePrinting } from "./ui.js";
import { Rows } from "./window.js";

const WHOLE = { subtree: "true" }; // with all units below

// `groups`: of columns (figure_columns.js); `roots`: the tree of `rows`, where they are one (figure_answer.js);
// `onDrill(column, figures, key, narrowed)`.
export function FigureTable({ form, known, rows, roots, total, groups, onDrill }) {
  const columns = groups.flatMap((group) => group.columns);
  const [folded, setFolded] = useState(new Set());
  const [zeros, setZeros] = useState(false);
  const printing = usePrinting();
  const order = useMemo(() => orderOf(form, columns, known), [JSON.stringify([form.sort, form.by]), columns.length, known]);
  const tree = useMemo(() => roots && linesOf(roots, folded, zeros, order), [roots, folded, zeros, order]);
  const flat = useMemo(() => (!tree && form.by.length ? (order ? order(rows) : rows) : []), [tree, rows, order, form.by.length]);
  const lines = tree?.lines ?? flat;
  const fold = (code) => {
    const next = new Set(folded);
    if (!next.delete(code)) next.add(code);
    setFolded(next);
  };
  const sort = (next) => amend({ sort: (next.down ? "-" : "") + next.by });
  const draw = (line) =>
    tree
      ? html`<${UnitLine} key=${line.kind + line.code} line=${line} name=${known.get(line.code)?.name ?? line.code} columns=${columns} folded=${folded.has(line.code)} onFold=${fold} onDrill=${onDrill} />`
      : html`<${FlatLine} key=${JSON.stringify(line.key)} row=${line} by=${form.by} columns=${columns} onDrill=${onDrill} />`;
  return html`
    <div class="scroll tall" tabindex="0" role="group" aria-labelledby="figures-title">
      <table class="grid figures ${columns.some(({ kind }) => kind === "change") ? "beside" : ""}" aria-rowcount=${lines.length + 3}>
        <thead>
          <tr>${form.by.map((name) => html`<td key=${name} class="text"></td>`)}
            ${groups.map(({ id, label, columns: list }) => html`<th key=${id} scope="colgroup" colspan=${list.length} class="group">${label} <${Defined} names=${countedIn(list)} of=${label} /></th>`)}</tr>
          <tr>${form.by.map((name) => html`<${SortHeader} key=${name} name=${`by.${name}`} kind="text" sort=${form.sort} onSort=${sort}>${t(name)}</${SortHeader}>`)}
            ${columns.map((column) => html`<${SortHeader} key=${column.id} name=${column.id} kind="number ${kindOf(column)}" sort=${form.sort} onSort=${sort}>${column.label}</${SortHeader}>`)}</tr>
        </thead>
        <${Rows} lines=${lines} draw=${draw} all=${printing} width=${form.by.length + columns.length} />
        <tfoot><tr>
          ${form.by.length > 0 && html`<th scope="row" colspan=${form.by.length}>${t("total")}</th>`}
          ${columns.map((column) => html`<${Cell} key=${column.id} column=${column} figures=${total} said=${[]} onDrill=${() => onDrill(column, total, {})} />`)}
        </tr></tfoot>
      </table>
    </div>
    <p class="hint">${t("signs_told")}</p>
    ${tree?.lines.some((line) => line.kind === "sum") && html`<p class="hint">${t("sums_told")}</p>`}
    ${!tree && form.by.includes("unit") && html`<p class="hint">${t("own_rows_told")}</p>`}
    ${tree && (tree.hidden > 0 || zeros) && html`<button class="more" aria-pressed=${zeros} onClick=${() => setZeros(!zeros)}>${zeros ? t("hide_zeros") : t("show_zeros", { n: number(tree.hidden) })}</button>`}`;
}

// What the columns of a group count; a rate also counts what it is a part of.
const countedIn = (columns) => [...new Set(columns.flatMap(({ figure, whole }) => (whole ? [figure, whole] : [figure])))];

const kindOf = ({ figure, kind }) => (kind === "change" || kind === "percent" ? "change" : figure.endsWith("_total") && kind !== "rate" ? "sum" : /late|overdue/.test(figure) ? "bad" : "");

// The order that the address asks for; undefined: as the hub has them.
function orderOf({ sort, by }, columns, known) {
  const dimension = sort.by.startsWith("by.") && sort.by.slice(3);
  if (by.includes(dimension)) return orderBy((line) => (line.key ? nameOf(dimension, line.key[dimension]) : (known.get(line.code)?.name ?? line.code)), sort.down);
  const column = columns.find(({ id }) => id === sort.by);
  return column ? orderBy((line) => valueOf(column, line.figures), sort.down) : undefined;
}

function UnitLine({ line, name, columns, folded, onFold, onDrill }) {
  const { code, depth, kind, figures } = line;
  const told = { unit: name, sum: `${name}, ${t("with_below")}`, own: `${name}, ${t("own_only")}` }[kind];
  return html`<tr class=${kind}>
    <th scope="row" class="text first" style=${{ "--depth": depth }}>
      ${kind === "sum" && html`<button class="quiet fold" aria-expanded=${!folded} aria-label=${t("fold", { unit: name })} onClick=${() => onFold(code)}><span aria-hidden="true">${folded ? "▸" : "▾"}</span></button> `}
      ${kind === "own" ? t("own_only") : name} <span class="code">${code}${kind === "sum" ? ` · ${t("with_below")}` : ""}</span></th>
    ${columns.map((column) => html`<${Cell} key=${column.id} column=${column} figures=${figures} said=${[told]} onDrill=${() => onDrill(column, figures, { unit: code }, kind === "sum" ? WHOLE : {})} />`)}
  </tr>`;
}

function FlatLine({ row, by, columns, onDrill }) {
  const said = by.map((name) => nameOf(name, row.key[name]));
  return html`<tr>
    ${by.map((name, i) => html`<th key=${name} scope="row" class="text ${i ? "" : "first"}">${said[i]}${name === "unit" && html` <span class="code">${row.key.unit}</span>`}</th>`)}
    ${columns.map((column) => html`<${Cell} key=${column.id} column=${column} figures=${row.figures} said=${said} onDrill=${() => onDrill(column, row.figures, row.key)} />`)}
  </tr>`;
}
