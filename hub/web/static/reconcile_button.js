// Where a sheet to compare with is chosen; what does so is loaded then.
import { html, useRef } from "./lib/preact-htm.js";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const NOTHING_SAID = { section: {}, column: {}, row: {} };

// `onFile` is given {name, content, type, said, lists}; the file stays in the page, nothing is stored.
export function ReconcileButton({ onFile, label }) {
  const input = useRef();
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const type = /\.(csv|txt)$/i.test(file.name) ? "text/csv" : XLSX;
    const content = await file.arrayBuffer();
    input.current.value = ""; // the same file may be chosen again, mended
    onFile({ name: file.name, content, type, said: NOTHING_SAID, lists: "received_total" });
  };
  return html`<button onClick=${() => input.current.click()}>${label}</button>
    <input ref=${input} class="hidden" type="file" accept=".xlsx,.xlsm,.csv,.txt" tabindex="-1" aria-label=${label} onChange=${choose} />`;
}
