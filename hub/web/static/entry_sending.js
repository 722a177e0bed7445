// What would be stated is shown first; then it is sent, as typed or as a filled-in file.
import { html, useRef, useState } from "./lib/preact-htm.js";
import { inWordsOf } from "./entry_checks.js";
import { shown } from "./entry_values.js";
import { number } from "./format.js";
import { call } from "./http.js";
import { t } from "./i18n.js";
import { Dialog, Problem } from "./ui.js";

const PATH = "/v1/indicators/import";
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const WORDS = { not_applicable: "không áp dụng", withdrawn: "rút lại" };
export const keyOf = (row) => `${row.code} ${row.level ?? ""}`;

// What was typed, as the hub reads the rows of a template.
function body(made, drafts) {
  const { form, version, unit, period, calendar } = made;
  const rows = made.rows.filter((row) => drafts[keyOf(row)]).map((row) => {
    const { status, value = "", evidence, note } = drafts[keyOf(row)];
    const beside = Object.entries({ evidence, note }).filter(([, text]) => text);
    return { code: row.code, level: row.level, mark: row.mark, value: status ? WORDS[status] : value, ...Object.fromEntries(beside) };
  });
  return JSON.stringify({ form, version, unit, period, calendar, rows });
}

// Asks what would become of a body, shows it, and sends it when somebody says so.
function usePreview(made, onFaults, onSent) {
  const [state, setState] = useState({});
  const post = async (content, type, dry) => {
    const { form, unit, period, calendar } = made;
    const options = { method: "POST", body: content, headers: { "Content-Type": type } };
    const response = await call(PATH, { dry_run: dry && "true", form, unit, period, calendar }, options);
    return { told: await response.json(), position: response.headers.get("Hub-Position") };
  };
  const run = async (content, type, dry) => {
    setState({ busy: true });
    try {
      const { told, position } = await post(content, type, dry);
      onFaults([]);
      setState(dry ? { told, send: () => run(content, type, false) } : { done: told.counts });
      if (!dry) onSent(position);
    } catch (error) {
      const faults = error.status === 422 ? error.errors : [];
      onFaults(faults);
      setState({ error, faults });
    }
  };
  return { ...state, look: (content, type) => run(content, type, true), close: () => setState({}) };
}

export function Sending({ made, drafts, faults, onFaults, onSent }) {
  const preview = usePreview(made, onFaults, onSent);
  const n = Object.keys(drafts).length;
  return html`<div class="entry-send">
    <button class="primary" disabled=${!n || preview.busy} onClick=${() => preview.look(body(made, drafts), "application/json")}>${t("entry_send", { n: number(n) })}</button>
    <span role="status" class="said ok">${preview.done && t("entry_sent", counted(preview.done))}</span>
    ${preview.error && (faults.length ? html`<div class="problem" role="alert"><p>${t("entry_faults", { n: number(faults.length) })}</p>${faults.filter((fault) => !fault.indicator).map((fault) => html`<p>${inWordsOf(fault)}</p>`)}</div>` : preview.error.status !== 422 && html`<${Problem} error=${preview.error} />`)}
    ${preview.told && html`<${Preview} ...${preview} made=${made} />`}
  </div>`;
}

const counted = (counts) => Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, number(n)]));

// A filled-in file: looked at first; what is wrong is told by sheet and cell.
export function Upload({ made, onSent }) {
  const input = useRef();
  const preview = usePreview(made, () => undefined, onSent);
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const type = /\.(csv|txt)$/i.test(file.name) ? "text/csv" : XLSX;
    const content = await file.arrayBuffer();
    input.current.value = ""; // the same file may be chosen again, mended
    preview.look(content, type);
  };
  return html`<button onClick=${() => input.current.click()} disabled=${preview.busy}>${t("entry_upload")}</button>
    <input ref=${input} class="hidden" type="file" accept=".xlsx,.xlsm,.csv,.txt" tabindex="-1" aria-label=${t("entry_upload")} onChange=${choose} />
    <span role="status" class="said ok">${preview.done && t("entry_sent", counted(preview.done))}</span>
    ${preview.told && html`<${Preview} ...${preview} made=${made} />`}
    ${preview.error &&
    html`<${Dialog} title=${t("entry_file_refused")} wide onClose=${preview.close}>
      ${preview.faults.length ? html`<p>${t("entry_nothing_stated", { n: number(preview.faults.length) })}</p>
        <ul class="entry-faults">${preview.faults.map((fault, n) => html`<li key=${n}>${fault.pointer && html`<code>${fault.pointer}</code> `}${inWordsOf(fault)}${nameOf(made, fault)}</li>`)}</ul>` : html`<${Problem} error=${preview.error} />`}
    </${Dialog}>`}`;
}

// The cell that a fault is about, where the form has it.
function nameOf(made, fault) {
  const row = made.rows.find((one) => fault.indicator && keyOf(one) === keyOf({ ...fault, code: fault.indicator }));
  return row && html` <small>${[row.printed, row.row].filter(Boolean).join(" ")}</small>`;
}

function Preview({ told, send, close, made }) {
  const rows = new Map(made.rows.map((row) => [keyOf(row), row]));
  const changes = told.rows.filter((row) => !["unchanged", "again"].includes(row.what));
  return html`<${Dialog} title=${t("entry_preview")} wide onClose=${close}>
    <p>${t("entry_would", { ...counted(told.counts), source: told.source })}</p>
    ${told.rows.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label=${t("entry_preview")}><table class="grid">
      <thead><tr><th scope="col">${t("entry_cell")}</th><th scope="col">${t("entry_what")}</th><th scope="col">${t("before")}</th><th scope="col">${t("after")}</th></tr></thead>
      <tbody>${told.rows.map((row) => html`<tr key=${keyOf(row)}><th scope="row">${rows.get(keyOf(row))?.printed} ${row.name}${row.level ? ` (${t(`level_${row.level}`)})` : ""}</th>
        <td>${t(`entry_what_${row.what}`)}</td><td>${shown(rows.get(keyOf(row)) ?? row, row.before) || "–"}</td><td>${shown(rows.get(keyOf(row)) ?? row, row.after)}</td></tr>`)}</tbody>
    </table></div>`}
    <p class="entry-confirm"><button onClick=${close}>${t("entry_back")}</button>
      <button class="primary" disabled=${!changes.length} onClick=${send}>${t("entry_confirm", { n: number(changes.length) })}</button></p>
  </${Dialog}>`;
}
