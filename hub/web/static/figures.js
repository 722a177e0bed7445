// The figures of units in a period: table and bars; every number leads to its dossiers.
import { html, useState } from "./lib/preact-htm.js";
import { FURTHER, MAIN, asked, behind, parameters, tsv } from "./asking.js";
import { FigureChart } from "./figure_chart.js";
import { day, instant, number, percent } from "./format.js";
import { Drill } from "./drill.js";
import { ask, call } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Question } from "./question.js";
import { amend } from "./route.js";
import { Empty, Problem, useAnswer } from "./ui.js";

const AT_FIRST = 300;

export function Figures({ query }) {
  const form = asked(query);
  const question = { ...parameters(form), by: form.by.join(",") || null };
  const wanted = JSON.stringify(question);
  const { value, error, busy, reload } = useAnswer(
    async (signal) => ({ wanted, form, answer: await ask("/v1/figures", question, { signal }) }),
    [wanted],
  );
  const [drill, setDrill] = useState(null);
  const shown = value && value.wanted === wanted ? value : null;
  return html`
    <h1 class="hidden">${t("view_figures")}</h1>
    <${Question} form=${form} />
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!shown && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${shown && !error && html`<${Answer} ...${shown} busy=${busy} reload=${reload} question=${question} onDrill=${setDrill} />`}
    ${drill && html`<${Drill} ...${drill} onClose=${() => setDrill(null)} />`}
  `;
}

function Answer({ form, answer, busy, reload, question, onDrill }) {
  const { period, rows, total } = answer;
  const groups = form.more ? [...MAIN, ...FURTHER] : MAIN;
  const columns = groups.flatMap(([, list]) => list);
  const [copied, setCopied] = useState("");
  const [all, setAll] = useState(false);
  const copy = async () => {
    const header = [...form.by.map((name) => t(name)), ...columns.map((name) => t(`fig_${name}`))];
    const body = rows.map((row) => [...form.by.map((name) => nameOf(name, row.key[name])), ...columns.map((name) => row.figures[name])]);
    const last = [...form.by.map((_, i) => (i ? "" : t("total"))), ...columns.map((name) => total[name])];
    const done = navigator.clipboard?.writeText(tsv([header, ...(form.by.length ? body : []), last]));
    setCopied(done ? await done.then(() => t("copied"), () => t("not_copied")) : t("not_copied"));
  };
  const click = (name, key, value) => onDrill({ name, value, row: key, params: behind(form, key, answer.as_of) });
  return html`<section class="panel" aria-labelledby="figures-title" aria-busy=${busy}>
    <div class="list-head">
      <h2 id="figures-title">${day(period.from)} – ${day(period.to)}</h2>
      <p class="as-of">${t("as_of_told", { at: instant(answer.as_of) })}</p>
      <div class="tools">
        <button onClick=${reload}>${t("ask_again")}</button>
        <button onClick=${copy}>${t("copy")}</button>
        <button onClick=${() => download(question)}>${t("csv")}</button>
        <span role="status" class="said">${copied}</span>
      </div>
    </div>
    <${Identity} total=${total} />
    <div class="scroll" tabindex="0" role="group" aria-labelledby="figures-title">
      <table class="grid figures">
        <thead>
          <tr>${form.by.map((name) => html`<th key=${name} scope="col" rowspan="2" class="text">${t(name)}</th>`)}
            ${groups.map(([name, list]) => html`<th key=${name} scope="colgroup" colspan=${list.length} class="group">${t(`group_${name}`)}</th>`)}</tr>
          <tr>${columns.map((name) => html`<th key=${name} scope="col" class="number ${kindOf(name)}">${t(`fig_${name}`)}</th>`)}</tr>
        </thead>
        <tbody>
          ${form.by.length > 0 &&
          (all ? rows : rows.slice(0, AT_FIRST)).map((row) => html`<tr key=${JSON.stringify(row.key)}>
            ${form.by.map((name, i) => html`<th key=${name} scope="row" class="text ${i ? "" : "first"}">${nameOf(name, row.key[name])}${name === "unit" && html` <span class="code">${row.key.unit}</span>`}</th>`)}
            ${columns.map((name) => html`<${Cell} key=${name} name=${name} value=${row.figures[name]} row=${row.key} onClick=${() => click(name, row.key, row.figures[name])} />`)}
          </tr>`)}
        </tbody>
        <tfoot><tr>
          ${form.by.length > 0 && html`<th scope="row" colspan=${form.by.length}>${t("total")}</th>`}
          ${columns.map((name) => html`<${Cell} key=${name} name=${name} value=${total[name]} row=${{}} onClick=${() => click(name, {}, total[name])} />`)}
        </tr></tfoot>
      </table>
    </div>
    ${!all && form.by.length > 0 && rows.length > AT_FIRST && html`<button class="more" onClick=${() => setAll(true)}>${t("show_all_rows", { n: number(rows.length) })}</button>`}
    <button class="more" aria-pressed=${form.more} onClick=${() => amend({ more: form.more ? null : "yes" })}>${t(form.more ? "fewer_figures" : "more_figures")}</button>
  </section>
  ${form.by.length > 0 && rows.length > 0 && html`<${FigureChart} rows=${rows} by=${form.by} />`}`;
}

const kindOf = (name) => (name.endsWith("_total") ? "sum" : /late|overdue/.test(name) ? "bad" : "");

function Cell({ name, value, row, onClick }) {
  const what = [...Object.entries(row).map(([dimension, code]) => nameOf(dimension, code)), t(`fig_${name}`)].join(", ");
  return html`<td class="number ${kindOf(name)} ${value ? "" : "zero"}">
    ${value ? html`<button class="drill" data-figure=${name} aria-label=${t("drill_label", { what, n: number(value) })} onClick=${onClick}>${number(value)}</button>` : "0"}
  </td>`;
}

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

async function download(question) {
  const response = await call("/v1/figures", question, { headers: { Accept: "text/csv" } });
  const url = URL.createObjectURL(await response.blob());
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = `figures-${question.period ?? `${question.from}-${question.to}`}.csv`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10e3);
}
