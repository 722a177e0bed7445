// Reports: the catalogue of forms, and one report as its form prints it.
import { html, useEffect, useMemo, useState } from "./lib/preact-htm.js";
import { day } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { names } from "./names.js";
import { AsOf, DayInput, MapChoice, PeriodChoice } from "./question.js";
import { ReconcileButton } from "./reconcile_button.js";
import { inWords, reportAsked, reportParameters, unitProblem } from "./report_asking.js";
import { CellDialog } from "./report_cell.js";
import { Checks, Sources, Verdict } from "./report_checks.js";
import { Sheet, nameOfPeriod } from "./report_sheet.js";
import { amend, link, step } from "./route.js";
import { Before, PriorSwitch, usePrior, withPrior } from "./same_period.js";
import { save } from "./saving.js";
import { Seals } from "./seals.js";
import { Stated } from "./stated.js";
import { useStore } from "./store.js";
import { Choice, Empty, Problem, printAll, useAnswer, usePrinting } from "./ui.js";
import { MyUnit, UnitBox, mine } from "./unit_box.js";

const FORMATS = ["xlsx", "docx", "csv", "json"]; // those that are kept as files, the usual first

export function Reports({ query }) {
  const { value, error, reload } = useAnswer((signal) => ask("/v1/reports", {}, { signal }), []);
  const summary = value?.reports.find((one) => one.form === query.get("form"));
  return html`
    <h1 class="hidden">${t("view_reports")}</h1>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${value && !summary && html`<${Catalogue} forms=${value.reports} unit=${query.get("unit") ?? mine.get()} unknown=${query.has("form")} />`}
    ${summary && html`<${Made} key=${summary.form} query=${query} summary=${summary} forms=${value.reports} formats=${value.formats} />`}
  `;
}

const levelsOf = ({ for_levels: levels }) => (levels?.length ? levels.map((name) => t(`level_${name}`)).join(", ") : t("all_levels"));
const validity = (form) =>
  form.valid_to ? t("valid_until", { from: day(form.valid_from), to: day(form.valid_to) }) : form.valid_from ? t("valid_since", { from: day(form.valid_from) }) : "–";

function Catalogue({ forms, unit, unknown }) {
  return html`<section class="panel" aria-labelledby="forms-title">
    <h2 id="forms-title">${t("forms_title")}</h2>
    ${unknown && html`<p class="problem" role="alert">${t("form_unknown")}</p>`}
    <ul class="forms">
      ${forms.map((form) => html`<li key=${form.form}><a href=${link("reports", { form: form.form, unit })}>
        <strong>${form.title}</strong>
        <span class="code">${form.form} · ${t("form_version", { version: form.version })}</span>
        <span>${t("for_levels", { levels: levelsOf(form) })}</span>
        <small>${validity(form)}${form.indicators.length ? ` · ${t("n_indicators", { n: form.indicators.length })}` : ""}</small></a></li>`)}
    </ul>
  </section>`;
}

function Made({ query, summary, forms, formats }) {
  const form = reportAsked(query, summary);
  useStore(names);
  const unfit = unitProblem(summary, form.unit) ?? (form.wrongYear ? "" : null);
  const params = reportParameters(form);
  const wanted = JSON.stringify([summary.form, params, unfit]);
  const { value, error, busy, reload } = useAnswer(
    async (signal) => (unfit === null ? { wanted, report: await ask(path(summary), params, { signal }) } : null),
    [wanted],
  );
  const [all, setAll] = useState(false);
  const [held, setHeld] = useState(null); // the sheet that the report is compared with
  const comparing = useAnswer(async () => held && import("./reconcile.js"), [held !== null]);
  const report = value?.wanted === wanted ? value.report : null;
  const made = useForm(summary.form, report?.version);
  const refused = error?.status === 422 && unfit === null ? inWords(error.errors) : {};
  useEffect(() => {
    if (report) document.title = [summary.title, report.unit_name, nameOfPeriod(report)].filter(Boolean).join(" – ");
    return () => (document.title = `${t("title")} – Motcua Hub`);
  }, [report]);
  const printing = usePrinting();
  const { prior, ...asking } = usePrior(report, params, query.get("prior") === "yes");
  const beside = useMemo(() => prior && { of: prior.of, columns: withPrior, Before }, [prior]);
  return html`
    <p class="crumbs"><a href=${link("reports", { unit: form.unit })}>‹ ${t("forms_title")}</a></p>
    <${Asking} form=${form} summary=${summary} forms=${forms} wrong=${{ ...refused, unit: refused.unit ?? unfit }} />
    ${error && unfit === null && (Object.keys(refused).length ? html`<p class="problem" role="alert">${t("wrong_above")}</p>` : html`<${Problem} error=${error} retry=${reload} />`)}
    ${!report && !error && unfit === null && html`<${Empty}>${t("report_loading")}</${Empty}>`}
    ${report && !error &&
    html`<div class="report-tools">
        <${Verdict} report=${report} />
        <${Tools} summary=${summary} params=${params} formats=${formats} busy=${busy} reload=${reload} onHeld=${setHeld} />
      </div>
      ${held && comparing.value && html`<${comparing.value.Reconciliation} file=${held} onFile=${setHeld} report=${report} params=${params} onCell=${(cell) => step({ cell })} />`}
      <${Seals} report=${report} params=${params} made=${made} restated=${query.get("restated")} />
      <${PriorSwitch} on=${query.get("prior") === "yes"} prior=${prior} ...${asking} />
      <${Sheet} report=${report} prior=${beside} all=${all || printing} onAll=${() => setAll(true)} onCell=${(cell) => step({ cell })} />
      <${Checks} report=${report} made=${made} all=${printing} />
      <${Sources} report=${report} />
      ${made && query.get("cell") && html`<${CellDialog} key=${query.get("cell")} report=${report} made=${made} at=${query.get("cell")} />`}`}
    ${unfit === null && params.unit && html`<${Stated} key=${wanted} summary=${summary} params=${params} made=${made} onStated=${asking.reload} />`}
  `;
}

// The form in the version that the report was made by; null until it is known.
function useForm(name, version) {
  const { value } = useAnswer(async (signal) => (version ? ask(`/v1/forms/${encodeURIComponent(name)}`, { version }, { signal }) : null), [version]);
  return value?.version === version ? value : null;
}

const path = (summary) => `/v1/reports/${encodeURIComponent(summary.form)}`;

function Asking({ form, summary, forms, wrong }) {
  return html`<section class="panel question report-question" aria-label=${t("report_question")}>
    <${Choice} id="form" label=${t("form")} value=${summary.form} onChange=${(name) => amend({ form: name, cell: null, restated: null })} options=${forms.map((one) => [one.form, `${one.form} – ${one.title}`])} />
    <div class="filter unit-filter"><${UnitBox} id="report-unit" label=${t("unit")} chosen=${form.unit} placeholder=${t("all_units")} problem=${wrong.unit} onChoose=${(unit) => amend({ unit, cell: null, restated: null })} />
      ${form.unit && html`<span class="unit-tools"><${MyUnit} unit=${form.unit} brief />
        ${!summary.for_levels?.length && html`<button class="quiet" aria-label=${t("all_units")} title=${t("all_units")} onClick=${() => amend({ unit: "", cell: null, restated: null })}>✕</button>`}</span>`}</div>
    <${PeriodChoice} form=${form} wrong=${wrong} />
    <${DayInput} name="data_date" form=${form} said=${wrong.data_date} />
    <${AsOf} form=${form} said=${wrong.as_of} />
    <${MapChoice} chosen=${form.map} />
  </section>`;
}

function Tools({ summary, params, formats, busy, reload, onHeld }) {
  const [said, setSaid] = useState(null);
  const offered = FORMATS.filter((name) => (formats ?? ["xlsx", "csv", "json"]).includes(name));
  const get = async (format) => {
    setSaid({ text: t("file_made") });
    try {
      await save(path(summary), { ...params, format }, `${summary.form}.${format}`);
      setSaid(null);
    } catch (error) {
      setSaid({ error, again: () => get(format) });
    }
  };
  return html`<div class="tools" aria-busy=${busy}>
    <button onClick=${reload}>${t("ask_again")}</button>
    ${offered.map((format) => html`<button key=${format} onClick=${() => get(format)}>${t(`format_${format}`)}</button>`)}
    <${ReconcileButton} onFile=${onHeld} label=${t("held_start")} />
    <button class="primary" onClick=${printAll}>${t("print")}</button>
    <span role="status" class="said">${said?.text}</span>
    ${said?.error && html`<${Problem} error=${said.error} retry=${said.again} />`}
  </div>`;
}
