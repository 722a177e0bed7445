// Reports that were printed before the hub: those of a form, unit and period, and the way to enter one.
import { html, useRef, useState } from "./lib/preact-htm.js";
import { day, instant, number } from "./format.js";
import { ask, call } from "./http.js";
import { t } from "./i18n.js";
import { sentence } from "./refusals.js";
import { rowOfForm } from "./report_sheet.js";
import { useSender } from "./rights.js";
import { save } from "./saving.js";
import { toast } from "./toast.js";
import { Dialog, Problem, explain, useAnswer } from "./ui.js";

const FEW = 300;
const FIELDS = ["document", "number", "date", "certified_by", "office"];
const path = (summary) => `/v1/reports/${encodeURIComponent(summary.form)}/stated`;
const periodOf = ({ unit, period, calendar, from, to }) => ({ unit, period, calendar, from, to });

// Those of one form, unit and period; a label such as 2020-Q1 is of several calendars.
async function statedOf(summary, params, signal) {
  const found = [];
  let cursor = null;
  do {
    const page = await ask("/v1/stated", { form: summary.form, unit: params.unit, period: params.period ?? "", cursor }, { signal });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return found.filter(({ period }) => (params.period ? period.calendar === params.calendar : period.from === params.from && period.to === params.to));
}

export function Stated({ summary, params, made, onStated }) {
  const may = useSender();
  const [open, setOpen] = useState(false);
  const { value, error, reload } = useAnswer((signal) => statedOf(summary, params, signal), []);
  const before = value?.find((one) => !one.superseded_by) ?? null;
  if (!may && !value?.length) return null;
  const done = (text) => {
    toast(text);
    setOpen(false);
    reload();
    onStated();
  };
  return html`<section class="panel stated" aria-labelledby="stated-title">
    <div class="seals-head"><h2 id="stated-title">${t("stated")}</h2>
      ${may && html`<button disabled=${!value} onClick=${() => setOpen(true)}>${t(before ? "stated_again" : "stated_enter")}</button>`}</div>
    <p class="hint">${t("stated_told")}</p>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${value?.map((one) => html`<${One} key=${one.id} one=${one} made=${made} />`)}
    ${open && html`<${Enter} summary=${summary} params=${params} made=${made} before=${before} onDone=${done} onClose=${() => setOpen(false)} />`}
  </section>`;
}

function One({ one, made }) {
  const [whole, setWhole] = useState(null);
  const look = async (event) => event.target.open && !whole && setWhole(await ask(`/v1/stated/${encodeURIComponent(one.id)}`).catch((error) => ({ error })));
  return html`<article class="seal ${one.superseded_by ? "superseded" : ""}">
    <p><strong>${one.document.name}</strong> ${t("stated_is", { number: one.document.number, date: day(one.document.date) })}${" "}
      ${one.superseded_by ? html`<span class="tag">${t("superseded_by", { id: one.superseded_by })}</span>` : html`<span class="tag ok">${t("stated_counts")}</span>`}</p>
    <dl class="facts"><dt>${t("stated_certified_by")}</dt><dd>${one.certified_by.name}, ${one.certified_by.office}</dd>
      <dt>${t("stated_known_at")}</dt><dd>${instant(one.known_at)}</dd>
      <dt>${t("stated_sha256")}</dt><dd class="hash">${one.document.sha256}</dd>
      ${one.reason && html`<dt>${t("seal_reason")}</dt><dd>${one.reason}</dd>`}</dl>
    <details onToggle=${look}><summary>${t("stated_cells", { n: number(one.counts.cells), wrong: number(one.counts.false) })}</summary>
      ${whole?.error && html`<${Problem} error=${whole.error} />`}${whole?.cells && html`<${Read} told=${whole} made=${made} />`}</details>
  </article>`;
}

// The cells as printed and as read, and what the form's checks find wrong in them.
function Read({ told, made }) {
  const wrong = told.checks.filter((check) => check.result === "false");
  const unknown = told.checks.filter((check) => check.result === "unknown").length;
  const label = ({ section, row }) => [rowOfForm(made, section, row)?.code, rowOfForm(made, section, row)?.label].filter(Boolean).join(" ");
  return html`<p>${t("stated_checked", { wrong: number(wrong.length), unknown: number(unknown) })}</p>
    <ul class="stated-wrong">${wrong.map((check) => html`<li key=${check.id}><span class="tag bad">${t("check_false_warn")}</span> ${check.says}: ${number(check.left)} ≠ ${number(check.right)}</li>`)}</ul>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("stated_read")}><table class="grid">
      <thead><tr><th scope="col">${t("entry_cell")}</th><th scope="col">${t("stated_printed")}</th><th scope="col" class="number">${t("stated_as")}</th></tr></thead>
      <tbody>${told.cells.slice(0, FEW).map((cell) => html`<tr key=${`${cell.section}/${cell.row}/${cell.column}`}>
        <th scope="row">${label(cell)} <small class="code">${cell.section}/${cell.row}/${cell.column}</small></th><td>${cell.text}</td>
        <td class="number">${cell.state === "value" ? (typeof cell.value === "number" ? number(cell.value) : t("stated_words")) : t(`state_${cell.state}`)}</td></tr>`)}</tbody>
    </table></div>${told.cells.length > FEW && html`<p class="hint">${t("more_parts", { n: number(told.cells.length - FEW) })}</p>`}`;
}

function Enter({ summary, params, made, before, onDone, onClose }) {
  const [said, setSaid] = useState({});
  const [text, setText] = useState("");
  const [state, setState] = useState({});
  const input = useRef();
  const type = (name) => (event) => {
    setSaid((old) => ({ ...old, [name]: event.target.value }));
    setState({});
  };
  const send = async (dry) => {
    setState({ busy: true });
    const asked = { ...periodOf(params), ...Object.fromEntries(Object.entries(said).map(([name, one]) => [name, one.trim() || null])), dry_run: dry && "true" };
    try {
      const told = await (await call(path(summary), asked, { method: "POST", body: text, headers: { "Content-Type": "text/csv" } })).json();
      if (dry) setState({ told });
      else onDone(t("stated_done", { n: number(told.cells.length) }));
    } catch (error) {
      setState({ error });
    }
  };
  const choose = async (event) => {
    const [file] = event.target.files;
    if (file) setText(await file.text());
    setState({});
    event.target.value = ""; // the same file may be chosen again, mended
  };
  const hash = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    setSaid((old) => ({ ...old, sha256: [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("") }));
  };
  const { told, error, busy } = state;
  const same = told && told.id; // the hub has it already
  return html`<${Dialog} title=${t("stated_enter")} wide onClose=${onClose}>
    <p class="hint">${t("stated_how")}</p>
    <form class="stated-form" onSubmit=${(event) => { event.preventDefault(); send(true); }}>
      ${FIELDS.map((name) => html`<label key=${name}>${t(`stated_${name}`)}<input name=${name} type=${name === "date" ? "date" : "text"} required maxlength="300" autocomplete="off" value=${said[name] ?? ""} onInput=${type(name)} /></label>`)}
      <label class="whole">${t("stated_sha256")}<input name="sha256" required pattern="[0-9a-f]{64}" autocomplete="off" spellcheck="false" value=${said.sha256 ?? ""} onInput=${type("sha256")} /></label>
      ${globalThis.crypto?.subtle && html`<label class="whole">${t("stated_scan")}<input type="file" onChange=${hash} /></label>`}
      ${before && html`<label class="whole">${t("stated_reason")}<input name="reason" maxlength="500" autocomplete="off" value=${said.reason ?? ""} onInput=${type("reason")} /></label>`}
      <label class="whole">${t("stated_csv")}<textarea name="cells" class="event" rows="7" required spellcheck="false" value=${text} onInput=${(event) => { setText(event.target.value); setState({}); }}></textarea></label>
      <p class="buttons whole"><button type="button" onClick=${() => save(`${path(summary)}/template`, periodOf(params), `${summary.form}.csv`).catch((wrong) => setState({ error: wrong }))}>${t("stated_template")}</button>
        <button type="button" onClick=${() => input.current.click()}>${t("stated_file")}</button>
        <input ref=${input} class="hidden" type="file" accept=".csv,.txt" tabindex="-1" aria-label=${t("stated_file")} onChange=${choose} />
        <button class="primary" disabled=${busy}>${t("stated_look")}</button></p>
    </form>
    ${error && html`<div class="problem" role="alert"><p>${explain(error)}</p>
      ${error.title === "nothing was stated" && html`<ul>${error.errors.map((one, n) => html`<li key=${n}>${sentence(one)}</li>`)}</ul>`}</div>`}
    ${told && html`<section class="stated-told" aria-label=${t("stated_read")}><h3>${t("stated_read")}</h3>
      <${Read} told=${told} made=${made} />
      ${told.changes.length > 0 && html`<p>${t("stated_changes", { n: number(told.changes.length) })}</p><ul>${told.changes.slice(0, FEW).map((one) => html`<li><code>${one.section}/${one.row}/${one.column}</code> ${one.before ?? "–"} → ${one.after ?? "–"}</li>`)}</ul>`}
      <p class="buttons"><button class="primary" disabled=${busy || same || (told.supersedes && !said.reason?.trim())} onClick=${() => send(false)}>${t("stated_confirm")}</button>
        <span class="said">${same ? t("stated_same") : told.supersedes && !said.reason?.trim() ? t("stated_reason_needed") : ""}</span></p></section>`}
  </${Dialog}>`;
}
