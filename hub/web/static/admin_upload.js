// A file of rows: what it would change is shown first, all that is wrong by row and column; then it
// is stored as a whole, if nothing else changed meanwhile.
import { html, useRef, useState } from "./lib/preact-htm.js";
import { day, number } from "./format.js";
import { ask } from "./http.js";
import { has, t } from "./i18n.js";
import { whyOf } from "./refusals.js";
import { Dialog, Problem } from "./ui.js";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const typeOf = (name) => (/\.(csv|txt)$/i.test(name) ? "text/csv" : XLSX);

// "line 3, column parent" in the reader's words; a cell of a sheet is called the same everywhere.
export const placed = (pointer) =>
  pointer.replace(/^line (\d+)/, (_, n) => t("at_line", { n })).replace(/, column (\w+)$/, (_, name) => t("at_column", { name: t(`column_${name}`) }));

// Asks what would become of a body, and sends it with the token of what was looked at.
function usePreview(path, params, onDone) {
  const [state, setState] = useState({});
  const put = (file, asked) => ask(path, { ...params, ...asked }, { method: "PUT", body: file.content, headers: { "Content-Type": file.type } });
  const run = async (file, asked) => {
    setState({ busy: true });
    try {
      const told = await put(file, asked);
      if (asked.dry_run) setState({ told, send: () => run(file, { token: told.token }) });
      else {
        setState({ done: told.stored });
        onDone();
      }
    } catch (error) {
      setState({ error, again: error.status === 409 ? () => run(file, { dry_run: "true" }) : null });
    }
  };
  return { ...state, look: (file) => run(file, { dry_run: "true" }), close: () => setState({}) };
}

// `counted`: the text of the counts, where rows cannot move or end.
export function Upload({ path, params = {}, label, counted, onDone }) {
  const input = useRef();
  const preview = usePreview(path, params, onDone);
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const content = await file.arrayBuffer();
    input.current.value = ""; // the same file may be chosen again, mended
    preview.look({ content, type: typeOf(file.name) });
  };
  return html`<button class="primary" onClick=${() => input.current.click()} disabled=${preview.busy}>${label}</button>
    <input ref=${input} class="hidden" type="file" accept=".xlsx,.xlsm,.csv,.txt" tabindex="-1" aria-label=${label} onChange=${choose} />
    <span role="status" class="said ok">${preview.done != null && t("upload_done", { n: number(preview.done) })}</span>
    ${preview.told && html`<${Preview} ...${preview} since=${params.from} counted=${counted} />`}
    ${preview.error && html`<${Refused} ...${preview} />`}`;
}

function Refused({ error, again, close }) {
  return html`<${Dialog} title=${t("upload_refused")} wide onClose=${close}>
    ${error.status === 422 && error.errors.length
      ? html`<p>${t("upload_nothing", { n: number(error.errors.length) })}</p><ul class="entry-faults">${error.errors.map((fault, n) => html`<li key=${n}>${fault.pointer && html`<code>${placed(fault.pointer)}</code> `}${whyOf(fault)}</li>`)}</ul>`
      : html`<${Problem} error=${error} retry=${again} />`}
  </${Dialog}>`;
}

const value = (cell) => (Array.isArray(cell) ? cell.join(" ") : cell == null || cell === "" ? "–" : /^\d{4}-\d\d-\d\d$/.test(cell) ? day(`${cell}T00:00:00+07:00`) : has(`level_${cell}`) ? t(`level_${cell}`) : has(`limit_${cell}`) ? t(`limit_${cell}`) : has(`day_${cell}`) ? t(`day_${cell}`) : cell);

function Preview({ told, send, close, since, counted = "upload_counts" }) {
  const { counts, changes } = told;
  const n = counts.added + counts.changed + counts.moved + counts.closed + counts.removed;
  return html`<${Dialog} title=${t("upload_preview")} wide onClose=${close}>
    <p>${t(counted, Object.fromEntries(Object.entries({ ...counts, rows: told.rows }).map(([name, count]) => [name, number(count)])))}</p>
    ${counts.removed > 0 && html`<p class="warning">${t("upload_removes", { n: number(counts.removed) })}</p>`}
    ${since && n > 0 && html`<p>${t("upload_since", { day: day(`${since}T00:00:00+07:00`) })}</p>`}
    ${told.not_named > 0 && html`<p class="hint">${t("upload_not_named", { n: number(told.not_named) })}</p>`}
    ${n > 0 && html`<div class="scroll upload-changes" tabindex="0" role="group" aria-label=${t("upload_preview")}><table class="grid">
      <thead><tr>${["upload_row", "upload_what", "upload_column", "before", "after"].map((name) => html`<th key=${name} scope="col">${t(name)}</th>`)}</tr></thead>
      <tbody>${changes.map((row) => Object.entries(row.cells).map(([name, [before, after]], at) => html`<tr key=${`${row.code} ${name}`} class=${at ? "more-of" : ""}>
        ${at === 0 && html`<th scope="rowgroup" rowspan=${Object.keys(row.cells).length}>${row.name}<span class="code">${row.code}${row.at && ` · ${placed(row.at.replace(/, column \w+$/, ""))}`}</span></th>
          <td rowspan=${Object.keys(row.cells).length}><span class="tag ${{ closed: "bad", removed: "bad", moved: "warn", added: "ok" }[row.what]}">${t(`upload_${row.what}`)}</span></td>`}
        <td>${t(`column_${name}`)}</td><td>${value(before)}</td><td>${value(after)}</td></tr>`))}</tbody>
    </table></div>`}
    ${told.changes_left_out > 0 && html`<p class="warning">${t("upload_left_out", { n: number(told.changes_left_out) })}</p>`}
    <p class="buttons"><button class="primary" disabled=${n === 0} onClick=${send}>${t("upload_confirm", { n: number(n) })}</button> <button onClick=${close}>${t("cancel")}</button></p>
  </${Dialog}>`;
}
