// The figures of units in a period: table and bars, a period beside, a pivot, a trend; every number leads
// to its dossiers.
import { html, useMemo, useState } from "./lib/preact-htm.js";
import { asked, behind, parameters, tsv } from "./asking.js";
import { againstOf, beside, labelOf } from "./beside.js";
import { EmptyPeriod } from "./empty_period.js";
import { figuresOf } from "./figure_answer.js";
import { FigureChart } from "./figure_chart.js";
import { groupsOf, onPaper, renamed, textOf } from "./figure_columns.js";
import { Pivot } from "./figure_pivot.js";
import { FigureTable } from "./figure_table.js";
import { Trend } from "./figure_trend.js";
import { day, instant, number, percent } from "./format.js";
import { Drill } from "./drill.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Question } from "./question.js";
import { inWords } from "./report_asking.js";
import { amend } from "./route.js";
import { save } from "./saving.js";
import { SaveSheet } from "./sheet_button.js";
import { createStore, useStore } from "./store.js";
import { Empty, Problem, printAll, useAnswer, usePrinting } from "./ui.js";

export function Figures({ query }) {
  const form = asked(query);
  const other = form.pivot ? null : beside(form, query);
  const question = { ...parameters(form), by: form.by.join(",") || null, against: other && againstOf(other) };
  const wanted = JSON.stringify(question);
  const { value, error, busy, reload } = useAnswer(
    async (signal) => (form.wrongYear ? null : { wanted, ...(await figuresOf(form, question, signal)) }),
    [wanted, form.wrongYear],
  );
  const drill = useMemo(() => createStore(null), []); // a number that is opened draws no table anew
  const shown = value && value.wanted === wanted ? value : null;
  const wrong = error?.status === 422 ? inWords(error.errors) : {};
  const inFields = Object.keys(wrong).length > 0;
  return html`
    <h1 class="hidden">${t("view_figures")}</h1>
    <${Question} form=${form} wrong=${wrong} other=${other} />
    ${error && (inFields ? html`<p class="problem" role="alert">${t("wrong_above")}</p>` : html`<${Problem} error=${error} retry=${reload} />`)}
    ${!shown && !error && !form.wrongYear && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${shown && !error && html`<${Answer} form=${form} other=${other} shown=${shown} busy=${busy} reload=${reload} question=${question} onDrill=${drill.set} />`}
    ${shown && !error && html`<${Trend} form=${form} />`}
    <${Opened} drill=${drill} />
  `;
}

function Opened({ drill }) {
  const one = useStore(drill);
  return one && html`<${Drill} ...${one} onClose=${() => drill.set(null)} />`;
}

function Answer({ form, other, shown, busy, reload, question, onDrill }) {
  const { answer, known, rows, early, roots } = shown;
  const { period, against } = answer;
  const total = against ? { ...answer.total, ...renamed(against.total) } : answer.total;
  const groups = groupsOf(form, other && [labelOf(form), labelOf(other)]);
  const columns = groups.flatMap((group) => group.columns);
  const sheets = usePrinting() ? onPaper(groups) : [groups];
  const figures = [...new Set(columns.map((column) => column.figure))];
  const empty = figures.every((name) => answer.total[name] === 0);
  const open = ({ kind, figure, id }, some, row, narrowed = {}) => {
    const before = kind === "before" || kind === "rate_before";
    const params = { ...behind(before ? other : form, row, answer.as_of), ...narrowed, map: answer.map }; // both periods by the units of one day
    onDrill({ name: figure, value: some[before ? `before.${figure}` : figure], row, params, id });
  };
  return html`<section class="panel figures-panel" aria-labelledby="figures-title" aria-busy=${busy}>
    <div class="list-head">
      <h2 id="figures-title">${form.units.map((code) => nameOf("unit", code)).join(", ") || t("all_units")}: ${day(period.from)} – ${day(period.to)}</h2>
      <p class="as-of-calendar hint">${t(`calendar_${form.calendar}`)}${answer.map ? `; ${t("map_told", { day: day(answer.map) })}` : ""}</p>
      ${against && html`<p class="hint">${t("against")}: ${day(against.period.from)} – ${day(against.period.to)}${early && html` · ${t("not_begun")}`}</p>`}
      <p class="as-of">${t("as_of_told", { at: instant(answer.as_of) })}</p>
      <div class="tabs" role="group" aria-label=${t("how_shown")}>
        ${[null, "yes"].map((pivot) => html`<button key=${pivot} aria-pressed=${form.pivot === Boolean(pivot)} onClick=${() => amend({ pivot })}>${t(pivot ? "as_pivot" : "as_table")}</button>`)}
      </div>
      ${!form.pivot && html`<${Tools} form=${form} rows=${rows} total=${total} columns=${columns} figures=${figures} reload=${reload} question=${question} />`}
    </div>
    ${form.pivot
      ? html`<${Pivot} form=${form} onDrill=${onDrill} />`
      : html`${empty ? html`<${EmptyPeriod} question=${question} />` : html`<${Identity} total=${answer.total} />`}
        ${sheets.map((some) => html`<${FigureTable} key=${some[0].id} form=${form} known=${known} rows=${early ? answer.rows : rows} roots=${roots} total=${total} groups=${early ? withoutBeside(some) : some} onDrill=${open} />`)}
        <button class="more" aria-pressed=${form.more} onClick=${() => amend({ more: form.more ? null : "yes" })}>${t(form.more ? "fewer_figures" : "more_figures")}</button>`}
  </section>
  ${!form.pivot && form.by.length > 0 && rows.length > 0 && html`<${FigureChart} rows=${answer.rows} by=${form.by} />`}`;
}

// A period that has not begun is compared with nothing: it has no numbers, not zeros.
const withoutBeside = (groups) => groups.map((group) => ({ ...group, columns: group.columns.filter(({ kind }) => kind === "value" || kind === "rate") }));

function Tools({ form, rows, total, columns, figures, reload, question }) {
  const [copied, setCopied] = useState("");
  const copy = async () => {
    const texts = (some) => columns.map((column) => (column.kind === "value" || column.kind === "before" ? some[column.id] : textOf(column, some)));
    const header = [...form.by.map((name) => t(name)), ...columns.map((column) => column.label)];
    const body = rows.map((row) => [...form.by.map((name) => nameOf(name, row.key[name])), ...texts(row.figures)]);
    const last = [...form.by.map((_, i) => (i ? "" : t("total"))), ...texts(total)];
    const done = navigator.clipboard?.writeText(tsv([header, ...(form.by.length ? body : []), last]));
    setCopied(done ? await done.then(() => t("copied"), () => t("not_copied")) : t("not_copied"));
  };
  const name = `figures-${question.period ?? `${question.from}-${question.to}`}.csv`;
  return html`<div class="tools">
    <button onClick=${reload}>${t("ask_again")}</button>
    <button onClick=${copy}>${t("copy")}</button>
    <${SaveSheet} path="/v1/figures" params=${{ ...question, figure: sheetFigures(figures) }} />
    ${!question.against && html`<button onClick=${() => save("/v1/figures", question, name, { headers: { Accept: "text/csv" } })}>${t("csv")}</button>`}
    <button onClick=${printAll}>${t("print")}</button>
    <span role="status" class="said">${copied}</span>
  </div>`;
}

// A workbook reckons rates from the cells beside: it needs what they are of.
const sheetFigures = (figures) => [...new Set([...figures, "resolved_total", "in_progress_total"])];

// What the forms print, checked here: what came in is what went out and what is left.
function Identity({ total }) {
  const { received_total: all, resolved_total: done, in_progress_total: left } = total;
  const holds = all === done + left;
  return html`<p class="identity ${holds ? "ok" : "bad"}">
    <span aria-hidden="true">${holds ? "✓" : "✗"}</span>
    ${t(holds ? "identity_holds" : "identity_broken", { all: number(all), done: number(done), left: number(left) })}
    <span class="rate">${t("rate_on_time", { rate: percent(done - total.resolved_late, done) })}</span>
  </p>`;
}
