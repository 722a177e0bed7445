// Units and procedures: searched, filled in as a file and sent back, with what would change shown first.
import { html, useState } from "./lib/preact-htm.js";
import { Listing } from "./admin_table.js";
import { Upload } from "./admin_upload.js";
import { day } from "./format.js";
import { ask } from "./http.js";
import { language, t } from "./i18n.js";
import { loadNames, nameOf } from "./names.js";
import { useAdmin } from "./rights.js";
import { save } from "./saving.js";
import { useAnswer } from "./ui.js";

const local = (text) => (text ? day(`${text}T00:00:00+07:00`) : "–");

function Files({ path, name, params, onDone, children }) {
  const admin = useAdmin();
  return html`<button onClick=${() => save(path, { format: "xlsx", lang: language.get() }, `${name}.xlsx`)}>${t("download_xlsx")}</button>
    <button onClick=${() => save(path, { format: "csv" }, `${name}.csv`)}>CSV</button>
    ${admin && html`${children}<${Upload} path=${path} params=${params} label=${t("upload_file")} onDone=${onDone} />`}`;
}

export function Units() {
  const [since, setSince] = useState("");
  const admin = useAdmin();
  const answer = useAnswer((signal) => ask("/v1/units", {}, { signal }), []);
  const done = () => {
    answer.reload();
    loadNames().catch(() => undefined); // the names that the other views show; they are read again anyway
  };
  const columns = [
    ["unit", (row) => html`${row.name}<span class="code">${row.code}${row.registered ? "" : html` <em>${t("not_registered")}</em>`}</span>`],
    ["level", (row) => (row.level ? t(`level_${row.level}`) : "–")],
    ["column_parent", (row) => (row.parent ? html`${nameOf("unit", row.parent)}<span class="code">${row.parent}</span>` : "–")],
    ["column_valid_from", (row) => local(row.valid_from)],
    ["column_valid_to", (row) => local(row.valid_to)],
    ["column_successors", (row) => row.successors.join(" ") || "–"],
  ];
  const from = html`<label class="admin-since" title=${t("upload_from_note")}>${t("upload_from")} <input type="date" value=${since} onInput=${(event) => setSince(event.target.value)} /></label>`;
  return html`<${Listing} id="units-list" title=${t("admin_units")} hint=${admin && t("upload_hint")} answer=${answer} rows=${answer.value?.units} keyOf=${(row) => row.code}
    columns=${columns} words=${(row) => `${row.code} ${row.name}`}
    tools=${html`<${Files} path="/v1/units" name="units" params=${{ from: since || null }} onDone=${done}>${from}</${Files}>`} />`;
}

export function Procedures() {
  const admin = useAdmin();
  const answer = useAnswer((signal) => ask("/v1/procedures", {}, { signal }), []);
  const done = () => {
    answer.reload();
    loadNames().catch(() => undefined);
  };
  const columns = [
    ["procedure", (row) => html`${row.name}<span class="code">${row.code}</span>`],
    ["field", (row) => (row.field ? html`${row.field_name ?? row.field}<span class="code">${row.field}</span>` : "–")],
    ["column_limit_value", (row) => (row.limit_value ? `${row.limit_value} ${t(`limit_${row.limit_unit}`)}` : "–")],
  ];
  return html`<${Listing} id="procedures-list" title=${t("admin_procedures")} hint=${admin && t("upload_hint")} answer=${answer} rows=${answer.value?.procedures} keyOf=${(row) => row.code}
    columns=${columns} words=${(row) => `${row.code} ${row.name} ${row.field_name ?? ""}`}
    tools=${html`<${Files} path="/v1/procedures" name="procedures" params=${{}} onDone=${done} />`} />`;
}
