// One figure by two dimensions, or over parts of the period; all sums are the hub's.
import { html, useMemo } from "./lib/preact-htm.js";
import { AXES, EACH, FURTHER, MAIN, behind, parameters } from "./asking.js";
import { orderBy } from "./figure_columns.js";
import { isTree, unitsOn } from "./figure_answer.js";
import { linesOf, treeOf } from "./figure_tree.js";
import { day, number } from "./format.js";
import { askMany } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { amend } from "./route.js";
import { SaveSheet } from "./sheet_button.js";
import { inSlices } from "./slices.js";
import { Choice, Empty, Problem, SortHeader, printAll, useAnswer, usePrinting } from "./ui.js";
import { Rows } from "./window.js";

const NO_FOLDS = new Set();
const TOTAL = "total";
const PIECE = 250; // rows between which other work may come

export function Pivot({ form, onDrill }) {
  const question = { ...parameters(form), figure: form.figure, rows: form.rows, columns: form.columns, each: [form.rows, form.columns].includes("period") ? form.each : null };
  const wanted = JSON.stringify(question);
  const same = form.rows === form.columns;
  const { value, error, reload } = useAnswer(async (signal) => (same ? null : { wanted, ...(await crossed(form, question, signal)) }), [wanted]);
  const shown = value?.wanted === wanted ? value : null;
  return html`<div class="pivot-question">
      <${FigureChoice} id="pivot-figure" form=${form} />
      ${["rows", "columns"].map((axis) => html`<${Choice} key=${axis} id="pivot-${axis}" label=${t(axis)} value=${form[axis]} onChange=${(name) => amend({ [axis]: name })} options=${AXES.map((name) => [name, name === "period" ? t("part") : t(name)])} />`)}
      ${question.each && html`<${Choice} id="pivot-each" label=${t("each")} value=${form.each} onChange=${(each) => amend({ each })} options=${EACH.map((name) => [name, t(`each_${name}`)])} />`}
      ${shown && html`<div class="tools"><${SaveSheet} path="/v1/figures/pivot" params=${question} /><button onClick=${printAll}>${t("print")}</button></div>`}
    </div>
    ${same && html`<p class="problem" role="alert">${t("same_axes")}</p>`}
    ${error && html`<${Problem} error=${error} retry=${error.status === 422 ? null : reload} />`}
    ${!shown && !error && !same && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${shown && html`<${Table} form=${form} ...${shown} onDrill=${onDrill} />`}`;
}

export function FigureChoice({ id, form }) {
  const options = [...MAIN, ...FURTHER].flatMap(([group, list]) => list.map((name) => [name, `${t(`group_${group}`)}: ${t(`fig_${name}`)}`]));
  return html`<${Choice} id=${id} label=${t("figure_name")} value=${form.figure} onChange=${(figure) => amend({ figure })} options=${options} />`;
}

const headOf = (head) => Object.entries(head)[0];
export function nameOfHead(head) {
  const [name, value] = headOf(head);
  if (name !== "period") return nameOf(name, value);
  return value.label ? value.label.replace(/^(\d+)-(.*)$/, (_, year, part) => (/^\d+$/.test(part) ? `${part}/${year}` : `${part}\u00a0${year}`)) : `${day(value.from)} – ${day(value.to)}`;
}

// The parameters of the dossiers behind a cell: a dimension's value, or the days of a part of the period.
export function behindHeads(form, heads, asOf) {
  const keys = heads.map(headOf);
  const params = behind(form, Object.fromEntries(keys.filter(([name]) => name !== "period")), asOf);
  const part = keys.find(([name]) => name === "period")?.[1];
  return part ? { ...params, calendar: null, period: null, from: part.from, to: part.to } : params;
}

const figuresOf = ({ cells, total }) => ({ ...cells.map((n) => n ?? 0), [TOTAL]: total });

function* rowsOf(lines) {
  const rows = [];
  for (const line of lines) {
    rows.push({ key: line.head, code: line.head.unit, figures: figuresOf(line), head: line.head });
    if (rows.length % PIECE === 0) yield;
  }
  return rows;
}

// {answer, rows, roots: the tree of units, or null}.
async function crossed(form, question, signal) {
  const answer = await askMany("/v1/figures/pivot", question, "head", signal);
  const rows = await inSlices(rowsOf(answer.lines), signal);
  const byUnit = answer.rows === "unit" && isTree(form);
  const roots = byUnit ? await inSlices(treeOf(rows, await unitsOn(answer.map, signal), form.units), signal) : null;
  return { answer, rows, roots };
}

function Table({ form, answer, rows, roots, onDrill }) {
  const printing = usePrinting();
  const { heads, totals, figure } = answer;
  const ids = [...heads.keys(), TOTAL];
  const order = useMemo(() => orderOf(form, ids, answer.rows), [JSON.stringify(form.sort), answer]);
  const shown = useMemo(() => (roots ? linesOf(roots, NO_FOLDS, true, order).lines : order ? order(rows) : rows), [rows, roots, order]);
  const sort = (next) => amend({ sort: (next.down ? "-" : "") + next.by });
  const cell = (figures, head, id, narrowed) => {
    const value = id === TOTAL || totals[id] !== null ? figures[id] : null;
    const of = [...(head ? [head] : []), ...(id === TOTAL ? [] : [heads[id]])];
    const row = Object.fromEntries(of.map((one) => [headOf(one)[0], headOf(one)[1]]).filter(([name]) => name !== "period"));
    const open = () => onDrill({ name: figure, value, row, params: { ...behindHeads(form, of, answer.as_of), ...narrowed, map: answer.map } });
    const said = [...of.map(nameOfHead), t(`fig_${figure}`)].join(", ");
    if (value === null) return html`<td key=${id} class="number zero" title=${t("not_begun")}>–</td>`;
    return html`<td key=${id} class="number ${id === TOTAL ? "sum" : ""} ${value ? "" : "zero"}">${value ? html`<button class="drill" aria-label=${t("drill_label", { what: said, n: number(value) })} onClick=${open}>${number(value)}</button>` : "0"}</td>`;
  };
  const draw = (line) => {
    const head = line.head ?? { unit: line.code };
    const [name, value] = headOf(head);
    const narrowed = line.kind === "sum" ? { subtree: "true" } : {};
    return html`<tr key=${`${line.kind} ${JSON.stringify(head)}`} class=${line.kind}>
      <th scope="row" class="text first" style=${{ "--depth": line.depth ?? 0 }}>${line.kind === "own" ? t("own_only") : nameOfHead(head)}${name === "unit" && html` <span class="code">${value}${line.kind === "sum" ? ` · ${t("with_below")}` : ""}</span>`}</th>
      ${ids.map((id) => cell(line.figures, head, id, narrowed))}</tr>`;
  };
  const whole = figuresOf({ cells: totals, total: answer.total });
  return html`<div class="scroll tall" tabindex="0" role="group" aria-labelledby="figures-title">
    <table class="grid figures pivot">
      <thead><tr><${SortHeader} name="row" kind="text" sort=${form.sort} onSort=${sort}>${answer.rows === "period" ? t("part") : t(answer.rows)}</${SortHeader}>
        ${ids.map((id) => html`<${SortHeader} key=${id} name=${`c${id}`} kind="number" sort=${form.sort} onSort=${sort}>${id === TOTAL ? t(answer.columns === "period" ? "whole_period" : "total") : nameOfHead(heads[id])}</${SortHeader}>`)}</tr></thead>
      <${Rows} lines=${shown} draw=${draw} all=${printing} width=${ids.length + 1} />
      <tfoot><tr><th scope="row">${t(answer.rows === "period" ? "whole_period" : "total")}</th>${ids.map((id) => cell(whole, null, id, {}))}</tr></tfoot>
    </table></div>
    ${(answer.rows === "period" || answer.columns === "period") && html`<p class="hint">${t("parts_told")}</p>`}`;
}

function orderOf({ sort }, ids, rows) {
  if (sort.by === "row") return orderBy((line) => (rows === "unit" ? nameOf("unit", line.code) : nameOfHead(line.head)), sort.down);
  const id = ids.find((one) => `c${one}` === sort.by);
  return id === undefined ? undefined : orderBy((line) => line.figures[id], sort.down);
}
