// Days off and made up of a year: what holds, what a declaration would change, and the table of decisions.
import { html, useState } from "./lib/preact-htm.js";
import { Listing } from "./admin_table.js";
import { Upload } from "./admin_upload.js";
import { day, longDay, number, today, isoDay } from "./format.js";
import { ask } from "./http.js";
import { has, language, t } from "./i18n.js";
import { nameOf } from "./names.js";
import { useAdmin } from "./rights.js";
import { amend } from "./route.js";
import { save } from "./saving.js";
import { Choice, explain, useAnswer } from "./ui.js";
import { UnitBox } from "./unit_box.js";

const KINDS = ["off", "working", "usual"];
const at = (iso) => `${iso}T12:00:00+07:00`;

export function Calendar({ query }) {
  const thisYear = Number(isoDay(today()).slice(0, 4));
  const year = /^(19|20)\d\d$/.test(query.get("year") ?? "") ? Number(query.get("year")) : thisYear;
  const unit = query.get("unit") ?? "";
  const answer = useAnswer((signal) => ask("/v1/calendar", { from: `${year}-01-01`, to: `${year}-12-31`, unit }, { signal }), [year, unit]);
  const rows = answer.value?.days.filter((row) => row.kind === "off" || row.note);
  const years = Array.from({ length: 9 }, (_, n) => thisYear - 5 + n);
  return html`<${Listing} id="calendar-days" title=${t("calendar_of", { year })} answer=${answer} rows=${rows} keyOf=${(row) => row.day}
      columns=${[
        ["calendar_day", (row) => longDay(at(row.day))],
        ["calendar_kind", (row) => html`<span class="tag ${row.kind === "off" ? "warn" : "ok"}">${t(`day_${row.kind}`)}</span>`],
        ["calendar_note", (row) => row.note || "–"],
      ]}
      tools=${html`<${Choice} id="calendar-year" label=${t("year")} value=${String(year)} onChange=${(value) => amend({ year: value })} options=${(years.includes(year) ? years : [year, ...years]).map((one) => [String(one), String(one)])} />
        <div class="filter"><${UnitBox} id="calendar-unit" label=${t("unit")} chosen=${unit} placeholder=${t("calendar_everywhere")} onChoose=${(code) => amend({ unit: code })} /></div>
        ${unit && html`<button class="quiet" onClick=${() => amend({ unit: null })}>${t("calendar_everywhere")}</button>`}`}>
      ${answer.value && html`<p class="hint">${t("calendar_hours", { hours: spans(answer.value.hours), saturday: spans(answer.value.saturday) || t("day_off") })}</p>`}
    </${Listing}>
    <${Declare} unit=${unit} onDone=${answer.reload} />
    <${Decisions} onDone=${answer.reload} />`;
}

const spans = (hours) => hours.map((span) => span.join("–")).join(", ");

// Days that may be declared: first what would change, then they are.
function Declare({ unit, onDone }) {
  const [days, setDays] = useState([]);
  const [form, setForm] = useState({ day: "", kind: "off", note: "" });
  const [state, setState] = useState({});
  const admin = useAdmin();
  const put = (values) => setForm((old) => ({ ...old, ...values }));
  const change = (next) => {
    setDays(next);
    setState({});
  };
  const add = (event) => {
    event.preventDefault();
    change([...days.filter((one) => one.day !== form.day || one.unit !== unit), { ...form, note: form.note.trim(), unit }].sort((a, b) => (a.day < b.day ? -1 : 1)));
    put({ day: "" });
  };
  const send = (method, path) => ask(path, {}, { method, body: JSON.stringify({ days }), headers: { "Content-Type": "application/json" } });
  const look = () => {
    setState({ busy: true });
    return send("POST", "/v1/calendar/what-if").then((would) => setState({ would }), (error) => setState({ said: explain(error) }));
  };
  const store = () =>
    send("PUT", "/v1/calendar").then(
      () => {
        setDays([]);
        setState({ done: true });
        onDone();
      },
      (error) => setState({ ...state, said: explain(error) }),
    );
  return html`<section class="panel admin-list" aria-labelledby="declare-title">
    <h2 id="declare-title">${t("declare_title")}</h2>
    <p class="hint">${t("declare_hint", { where: unit ? nameOf("unit", unit) : t("calendar_everywhere") })}</p>
    <form class="admin-line" onSubmit=${add}>
      <label class="filter"><span>${t("calendar_day")}</span><input type="date" required min="2005-01-01" max="2050-12-31" value=${form.day} onInput=${(event) => put({ day: event.target.value })} /></label>
      <${Choice} id="declare-kind" label=${t("calendar_kind")} value=${form.kind} onChange=${(kind) => put({ kind })} options=${KINDS.map((kind) => [kind, t(`day_${kind}`)])} />
      <label class="filter admin-wide"><span>${t("calendar_note")}</span><input maxlength="500" value=${form.note} placeholder=${t("declare_note_hint")} onInput=${(event) => put({ note: event.target.value })} /></label>
      <button>${t("declare_add")}</button>
    </form>
    ${days.length > 0 && html`<ul class="admin-days">${days.map((one) => html`<li key=${`${one.day} ${one.unit}`}>${longDay(at(one.day))} <span class="tag">${t(`day_${one.kind}`)}</span> ${one.note} ${one.unit && html`<small>${nameOf("unit", one.unit)}</small>`}
      <button class="quiet" aria-label=${t("key_without", { unit: day(at(one.day)) })} onClick=${() => change(days.filter((other) => other !== one))}>✕</button></li>`)}</ul>
      <p class="buttons"><button class=${state.would ? "" : "primary"} disabled=${state.busy} onClick=${look}>${t("what_if")}</button>
        ${admin && html`<button class="primary" disabled=${!state.would} onClick=${store}>${t("declare_store", { n: number(days.length) })}</button>`}</p>`}
    <div role="status">${state.done && html`<p class="said ok">${t("declare_done")}</p>`}${state.would && html`<${Flips} would=${state.would} />`}</div>
    <p role="alert" class="said bad">${state.said}</p>
  </section>`;
}

function Flips({ would }) {
  const figures = Object.entries(would.figures).filter(([, change]) => change);
  return html`<p><strong>${t("what_if_total", { n: number(would.total) })}</strong> ${t("what_if_note")}</p>
    ${figures.length > 0 && html`<p>${t("what_if_figures")}</p><ul class="admin-days">${figures.map(([name, change]) => html`<li key=${name}>${has(`fig_${name}`) ? t(`fig_${name}`) : name}: ${change > 0 ? "+" : ""}${number(change)}</li>`)}</ul>`}
    ${would.items.length > 0 && html`<div class="scroll upload-changes" tabindex="0" role="group" aria-label=${t("what_if")}><table class="grid">
      <thead><tr>${["col_code", "unit", "before", "after", "what_if_late"].map((name) => html`<th key=${name} scope="col">${t(name)}</th>`)}</tr></thead>
      <tbody>${would.items.slice(0, 200).map((row) => html`<tr key=${`${row.unit} ${row.subject}`}><th scope="row">${row.subject}</th><td>${nameOf("unit", row.unit)}</td><td>${day(row.before)}</td><td>${day(row.after)}</td>
        <td>${row.late_before === row.late_after ? "–" : t(row.late_after ? "what_if_gets_late" : "what_if_gets_on_time")}</td></tr>`)}</tbody>
    </table></div>`}
    ${would.total > 200 && html`<p class="hint">${t("what_if_more", { n: number(would.total - 200) })}</p>`}`;
}

function Decisions({ onDone }) {
  const answer = useAnswer((signal) => ask("/v1/calendar/decisions", {}, { signal }), []);
  const admin = useAdmin();
  const done = () => {
    answer.reload();
    onDone();
  };
  const path = "/v1/calendar/decisions";
  return html`<section class="panel admin-list" aria-labelledby="decisions-title"><div class="list-head"><h2 id="decisions-title">${t("decisions")}</h2>
    <div class="tools"><button onClick=${() => save(path, { format: "xlsx", lang: language.get() }, "public-days.xlsx")}>${t("download_xlsx")}</button>
      ${admin && html`<${Upload} path=${path} label=${t("upload_file")} counted="upload_counts_days" onDone=${done} />`}</div></div>
    <p>${answer.value && t("decided_until", { day: day(at(answer.value.decided_until)) })}</p>
    <p class="hint">${t("decisions_hint")}</p></section>`;
}
