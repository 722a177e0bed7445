// The catalogue of forms with their versions; an office's own YAML is checked first and then kept.
import { html, useRef, useState } from "./lib/preact-htm.js";
import { Listing } from "./admin_table.js";
import { day } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Worded } from "./refusals.js";
import { useAdmin } from "./rights.js";
import { link } from "./route.js";
import { save } from "./saving.js";
import { Dialog, Problem, useAnswer } from "./ui.js";

const YAML = { Accept: "application/yaml" };
const local = (iso) => day(`${iso}T12:00:00+07:00`);
const pathOf = (form) => `/v1/forms/${encodeURIComponent(form)}`;

function validity({ valid_from: from, valid_to: to }) {
  if (!from && !to) return t("form_always");
  return [from && t("form_from", { day: local(from) }), to && t("form_to", { day: local(to) })].filter(Boolean).join(" ");
}

export function Forms() {
  const answer = useAnswer((signal) => ask("/v1/reports", {}, { signal }), []);
  const admin = useAdmin();
  const rows = answer.value?.reports.flatMap((form) => form.versions.map((version) => ({ ...form, ...version, now: version.version === form.version })));
  const columns = [
    ["form", (row) => html`<a href=${link("reports", { form: row.form })}>${row.title}</a><span class="code">${row.form}</span>`],
    ["form_version", (row) => html`${row.version} ${row.now && html`<span class="tag ok">${t("form_now")}</span>`}`],
    ["form_valid", validity],
    ["form_origin", (row) => t(row.bundled ? "form_bundled" : "form_own")],
  ];
  const actions = (row) => html`<button class="quiet" onClick=${() => save(pathOf(row.form), { version: row.version }, `${row.form}-${row.version}.yaml`, { headers: YAML })}>YAML<span class="hidden"> ${row.form} ${row.version}</span></button>`;
  return html`<${Listing} id="forms-list" title=${t("admin_forms")} hint=${admin && t("forms_hint")} answer=${answer} rows=${rows} keyOf=${(row) => `${row.form} ${row.version}`}
    columns=${columns} words=${(row) => `${row.form} ${row.title} ${row.version}`} actions=${actions} tools=${admin && html`<${FormUpload} onDone=${answer.reload} />`} />`;
}

// The name that a form's text gives itself; the address must be the same.
const nameIn = (text) => /^form:[ \t]*["']?([\w.-]+)/m.exec(text)?.[1];

function FormUpload({ onDone }) {
  const input = useRef();
  const [state, setState] = useState({});
  const put = (text, name, dry) => ask(pathOf(name), { dry_run: dry && "true" }, { method: "PUT", body: text, headers: { "Content-Type": "application/yaml" } });
  const run = async (text, name, dry) => {
    try {
      const told = await put(text, name, dry);
      setState(dry ? { told, send: () => run(text, name, false) } : { done: told });
      if (!dry) onDone();
    } catch (error) {
      setState({ error });
    }
  };
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const text = await file.text();
    input.current.value = "";
    const name = nameIn(text);
    if (name) await run(text, name, true);
    else setState({ unnamed: true });
  };
  const close = () => setState({});
  return html`<button class="primary" onClick=${() => input.current.click()}>${t("form_upload")}</button>
    <input ref=${input} class="hidden" type="file" accept=".yaml,.yml" tabindex="-1" aria-label=${t("form_upload")} onChange=${choose} />
    <span role="status" class="said ok">${state.done && t("form_kept", { form: state.done.form, version: state.done.version })}</span>
    ${state.told && html`<${Checked} ...${state} close=${close} />`}
    ${(state.error || state.unnamed) && html`<${Dialog} title=${t("upload_refused")} wide onClose=${close}>${state.unnamed ? html`<p>${t("form_unnamed")}</p>` : html`<${Faults} error=${state.error} />`}</${Dialog}>`}`;
}

function Faults({ error }) {
  if (![409, 422].includes(error.status) || !error.errors.length) return html`<${Problem} error=${error} />`;
  if (error.status === 409) return html`<p>${t("form_taken")}</p>`;
  return html`<p>${t("form_faults", { n: error.errors.length })}</p>
    <ul class="entry-faults">${error.errors.map((fault, n) => html`<li key=${n}>${fault.line && html`<strong>${t("at_line", { n: fault.line })}</strong> `}<code>${fault.pointer}</code> <${Worded} ...${fault} /></li>`)}</ul>`;
}

function Checked({ told, send, close }) {
  return html`<${Dialog} title=${t("form_checked")} onClose=${close}>
    <p>${t(told.stored ? "form_would" : "form_there", { form: told.form, version: told.version })} ${validity(told)}.</p>
    ${told.remarks.length > 0 && html`<p>${t("form_remarks")}</p><ul class="entry-faults">${told.remarks.map((text, n) => html`<li key=${n}><${Worded} message=${text} says=${told.remarks_say?.[n]} /></li>`)}</ul>`}
    <p class="buttons"><button class="primary" disabled=${!told.stored} onClick=${send}>${t("form_keep")}</button> <button onClick=${close}>${t("cancel")}</button></p>
  </${Dialog}>`;
}
