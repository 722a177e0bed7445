// Who sends events, and how long each may be silent; administrators register them here.
import { html, useState } from "./lib/preact-htm.js";
import { duration, now } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { useAdmin } from "./rights.js";
import { heard, readTrust } from "./trust.js";
import { Dialog, Empty, Problem, explain, useFresh } from "./ui.js";

const UNITS = { minutes: 60, hours: 3600, days: 86400 };
const NEW = { source: "", name: "", max_age_expected_s: 86400, backfilling: false };

export function Sources() {
  const { value, error, reload } = useFresh((signal) => ask("/v1/sources", {}, { signal }));
  const [open, setOpen] = useState(null);
  const admin = useAdmin();
  const done = () => {
    setOpen(null);
    reload();
    readTrust();
  };
  const columns = ["source", "last_seen", "last_read", "may_be_silent", "freshness", ...(admin ? [""] : [])];
  return html`<section class="panel" aria-labelledby="sources-title">
    <div class="list-head"><h2 id="sources-title">${t("sources")}</h2>${admin && html`<div class="tools"><button onClick=${() => setOpen(NEW)}>${t("register_source")}</button></div>`}</div>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${value?.sources.length === 0 && html`<${Empty}>${t("no_sources")}</${Empty}>`}
    ${value?.sources.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-labelledby="sources-title"><table class="grid">
      <thead><tr>${columns.map((name) => html`<th key=${name} scope="col">${name ? t(name) : html`<span class="hidden">${t("change")}</span>`}</th>`)}</tr></thead>
      <tbody>${value.sources.map((row) => html`<${SourceRow} key=${row.source} row=${row} onChange=${admin && (() => setOpen(row))} />`)}</tbody>
    </table></div>`}
    ${open && html`<${SourceForm} row=${open} onDone=${done} onClose=${() => setOpen(null)} />`}
  </section>`;
}

const since = (at) => (at ? t("ago", { long: duration(now() - Date.parse(at)) }) : t("never"));

function SourceRow({ row, onChange }) {
  const kind = row.backfilling ? "warn" : row.late ? "bad" : "ok";
  const limit = row.max_age_expected_s;
  const said = row.backfilling ? t("backfilling") : row.late ? t("silent") : limit == null ? t("no_expectation") : heard(row) ? t("fresh") : t("never_heard");
  return html`<tr><th scope="row">${row.name}<span class="code">${row.source}</span></th>
    <td>${since(row.last_seen)}</td>
    <td>${row.last_read ? since(row.last_read) : "–"}</td>
    <td>${limit == null ? "–" : duration(limit * 1000)}</td>
    <td><span class="tag ${kind}">${said}</span></td>
    ${onChange && html`<td><button class="quiet" onClick=${onChange}>${t("change")}<span class="hidden"> ${row.name}</span></button></td>`}</tr>`;
}

// The largest unit in which a number of seconds is whole.
function inUnits(seconds) {
  const unit = Object.keys(UNITS).reverse().find((name) => seconds % UNITS[name] === 0);
  return unit ? { count: seconds / UNITS[unit], unit } : { count: Math.ceil(seconds / 60), unit: "minutes" };
}

function SourceForm({ row, onDone, onClose }) {
  const isNew = row === NEW;
  const [form, setForm] = useState({ ...row, ...inUnits(row.max_age_expected_s ?? 86400), expects: row.max_age_expected_s != null });
  const [said, setSaid] = useState("");
  const put = (values) => setForm((old) => ({ ...old, ...values }));
  const store = async (event) => {
    event.preventDefault();
    const seconds = form.expects ? Math.round(form.count) * UNITS[form.unit] : null;
    const body = JSON.stringify([{ source: form.source.trim(), name: form.name.trim() || form.source.trim(), max_age_expected_s: seconds, backfilling: form.backfilling }]);
    try {
      await ask("/v1/sources", {}, { method: "PUT", body, headers: { "Content-Type": "application/json" } });
      onDone();
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return html`<${Dialog} title=${t(isNew ? "register_source" : "change_source", { name: row.name })} onClose=${onClose}>
    <form class="stacked" onSubmit=${store}>
      <label for="source-code">${t("source_code")}</label>
      <input id="source-code" value=${form.source} onInput=${(event) => put({ source: event.target.value })} required pattern="[!-~]{1,200}" maxlength="200" readonly=${!isNew} autocomplete="off" spellcheck="false" aria-describedby="source-hint" />
      <p id="source-hint" class="hint">${t("source_hint")}</p>
      <label for="source-name">${t("source_name")}</label>
      <input id="source-name" value=${form.name} onInput=${(event) => put({ name: event.target.value })} maxlength="200" autocomplete="off" />
      <label class="tick"><input type="checkbox" checked=${form.expects} onChange=${(event) => put({ expects: event.target.checked })} /> ${t("source_expects")}</label>
      <div class="pair">
        <input type="number" min="1" max="999" step="1" required value=${form.count} disabled=${!form.expects} onInput=${(event) => put({ count: event.target.valueAsNumber })} aria-label=${t("may_be_silent")} />
        <select value=${form.unit} disabled=${!form.expects} onChange=${(event) => put({ unit: event.target.value })} aria-label=${t("time_unit")}>
          ${Object.keys(UNITS).map((name) => html`<option key=${name} value=${name}>${t(`unit_${name}`)}</option>`)}
        </select>
      </div>
      <label class="tick"><input type="checkbox" checked=${form.backfilling} onChange=${(event) => put({ backfilling: event.target.checked })} /> ${t("source_backfilling")}</label>
      <p role="alert" class="said bad">${said}</p>
      <p class="buttons"><button class="primary">${t("save")}</button> <button type="button" onClick=${onClose}>${t("cancel")}</button></p>
    </form>
  </${Dialog}>`;
}
