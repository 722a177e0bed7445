// Entry of indicators: the cells that a form needs of a unit for a period, to be filled in and sent.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { periodOf } from "./asking.js";
import { EntryRow } from "./entry_row.js";
import { Sending, Upload, keyOf } from "./entry_sending.js";
import { plainly } from "./entry_values.js";
import { ask } from "./http.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { names } from "./names.js";
import { PeriodChoice } from "./question.js";
import { inWords, reportAsked, unitProblem } from "./report_asking.js";
import { amend } from "./route.js";
import { save } from "./saving.js";
import { useStore } from "./store.js";
import { Choice, Empty, Problem, useAnswer } from "./ui.js";
import { MyUnit, UnitBox } from "./unit_box.js";

const CALENDARS = ["civil", "nd09"];
// What was typed and not sent, by question: a look at another view must not lose it.
const kept = new Map();

export function View({ query }) {
  const { value, error, reload } = useAnswer((signal) => ask("/v1/reports", {}, { signal }), []);
  useStore(names);
  const forms = value?.reports.filter((form) => form.indicators.length) ?? [];
  const summary = forms.find((form) => form.form === query.get("form")) ?? fitting(forms, query.get("unit"));
  return html`
    <h1 class="hidden">${t("view_entry")}</h1>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${value && !summary && html`<${Empty}>${t("entry_no_form")}</${Empty}>`}
    ${summary && html`<${Chosen} key=${summary.form} query=${query} summary=${summary} forms=${forms} />`}
  `;
}

// The first form that is made for the level of the unit.
const fitting = (forms, unit) => forms.find((form) => unit && unitProblem(form, unit) === null) ?? forms[0];

function Chosen({ query, summary, forms }) {
  const form = reportAsked(query, summary);
  const calendars = { ...form, calendar: CALENDARS.includes(form.calendar) ? form.calendar : summary.calendar };
  const unfit = form.unit ? unitProblem(summary, form.unit) ?? (form.wrongYear ? "" : null) : t("wrong_no_unit");
  const params = { unit: form.unit, ...periodOf(calendars) };
  const wanted = JSON.stringify([summary.form, params, unfit]);
  const path = `/v1/reports/${encodeURIComponent(summary.form)}/template`;
  const [position, setPosition] = useState(null);
  const { value, error, reload } = useAnswer(
    async (signal) =>
      unfit === null
        ? { wanted, made: await ask(path, { ...params, propose: "previous", format: "json", min_position: position }, { signal }) }
        : null,
    [wanted, position],
  );
  const made = value?.wanted === wanted ? value.made : null;
  const refused = error?.status === 422 && unfit === null ? inWords(error.errors) : {};
  return html`
    <section class="panel question report-question" aria-label=${t("entry_question")}>
      <${Choice} id="form" label=${t("form")} value=${summary.form} onChange=${(name) => amend({ form: name })} options=${forms.map((one) => [one.form, `${one.form} – ${one.title}`])} />
      <div class="filter unit-filter"><${UnitBox} id="entry-unit" label=${t("unit")} chosen=${form.unit} placeholder=${t("unit_hint")} problem=${refused.unit ?? unfit} onChoose=${(unit) => amend({ unit })} />
        ${form.unit && html`<span class="unit-tools"><${MyUnit} unit=${form.unit} brief /></span>`}</div>
      <${PeriodChoice} form=${calendars} wrong=${refused} calendars=${CALENDARS} />
    </section>
    ${error && unfit === null && html`<${Problem} error=${error} retry=${reload} />`}
    ${!made && !error && unfit === null && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${made && !error && html`<${Cells} key=${wanted} wanted=${wanted} made=${made} params=${params} path=${path} query=${query} onSent=${setPosition} />`}
  `;
}

function Cells({ wanted, made, params, path, query, onSent }) {
  const [drafts, setDrafts] = useState(kept.get(wanted) ?? {});
  const [faults, setFaults] = useState([]);
  const all = query.get("all") === "yes";
  useEffect(() => {
    kept.set(wanted, drafts);
    const warn = (event) => event.preventDefault();
    if (Object.keys(drafts).length) addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [drafts]);
  const change = (row, draft) => {
    const key = keyOf(row);
    const { [key]: _, ...rest } = drafts;
    setFaults(faults.filter((fault) => keyOf({ ...fault, code: fault.indicator }) !== key));
    setDrafts(draft ? { ...rest, [key]: draft } : rest);
  };
  const isEmpty = (row) => row.present.state === "not_provided";
  const open = made.rows.filter((row) => row.proposal && isEmpty(row) && !drafts[keyOf(row)]);
  const takeAll = () => setDrafts({ ...drafts, ...Object.fromEntries(open.map((row) => [keyOf(row), proposed(row)])) });
  const shown = made.rows.filter((row) => all || isEmpty(row) || drafts[keyOf(row)] || faults.some((fault) => keyOf({ ...fault, code: fault.indicator }) === keyOf(row)));
  const sent = (position) => {
    kept.delete(wanted);
    setDrafts({});
    setFaults([]);
    onSent(position);
  };
  if (!made.rows.length) return html`<${Empty}>${t("entry_nothing_needed")}</${Empty}>`;
  const missing = made.rows.filter(isEmpty).length;
  return html`<section class="panel entry" aria-labelledby="entry-title">
    <div class="list-head">
      <h2 id="entry-title">${made.title}</h2>
      <p class="entry-count">${t("entry_count", { n: number(made.rows.length), missing: number(missing) })}</p>
      <label class="filter check"><input type="checkbox" checked=${all} onChange=${(event) => amend({ all: event.target.checked ? "yes" : null })} /> ${t("entry_all")}</label>
      <div class="tools">
        <button onClick=${() => save(path, { ...params, propose: "previous", format: "xlsx" }, "mau.xlsx")}>${t("entry_template_xlsx")}</button>
        <button onClick=${() => save(path, { ...params, propose: "previous", format: "csv" }, "mau.csv")}>${t("entry_template_csv")}</button>
        ${made.may_send && html`<${Upload} made=${made} onSent=${sent} />`}
      </div>
    </div>
    ${!made.may_send && html`<p class="hint">${t("entry_read_only")}</p>`}
    ${made.may_send && open.length > 0 && html`<p class="entry-proposals">${t("entry_proposals", { n: number(open.length), period: made.before })} <button onClick=${takeAll}>${t("entry_take_all")}</button></p>`}
    ${!shown.length && html`<${Empty}>${t("entry_all_there")}</${Empty}>`}
    ${bySection(shown).map(([section, rows]) => html`<div key=${section} class="entry-section"><h3>${section}</h3>
      <ul class="entry-rows">${rows.map((row) => html`<${EntryRow} key=${keyOf(row)} row=${row} made=${made} draft=${drafts[keyOf(row)]}
        fault=${faults.find((fault) => keyOf({ ...fault, code: fault.indicator }) === keyOf(row))} onChange=${(draft) => change(row, draft)} propose=${() => change(row, proposed(row))} />`)}</ul></div>`)}
    ${made.may_send && html`<${Sending} made=${made} drafts=${drafts} faults=${faults} onFaults=${setFaults} onSent=${sent} />`}
  </section>`;
}

// What was said for the period before, as if it had been typed.
function proposed(row) {
  const { status, ...said } = row.proposal;
  return status ? { status } : { value: plainly(row, said) };
}

function bySection(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.section, [...(found.get(row.section) ?? []), row]);
  return [...found];
}
