// A sheet of somebody else beside the report that is shown: asked about where it is guessed, told where it differs.
import { html, useState } from "./lib/preact-htm.js";
import { MAIN, tsv } from "./asking.js";
import { number } from "./format.js";
import { ask, call } from "./http.js";
import { t } from "./i18n.js";
import { ReconcileButton } from "./reconcile_button.js";
import { linesOf } from "./reconcile_lines.js";
import { Differences, Dossiers, Sums, Unchecked, tally } from "./reconcile_found.js";
import { Sheets } from "./reconcile_sheets.js";
import { useSealer } from "./rights.js";
import { keep } from "./saving.js";
import { Choice, Empty, Problem, explain, useAnswer } from "./ui.js";

const pairs = (said) => Object.entries(said).map(([place, key]) => `${place}=${key}`);

// Held against the report as it is shown: as known at its moment.
async function compared(file, report, params, signal) {
  const { section, column, row } = file.said;
  const asked = { ...params, form: report.form, as_of: report.as_of, section: pairs(section), column: pairs(column), row: pairs(row), lists: file.lists };
  const response = await call("/v1/reconcile", asked, { method: "POST", body: file.content, headers: { "Content-Type": file.type }, signal });
  return response.json();
}

export function Reconciliation({ file, onFile, report, params, onCell }) {
  const { value, error, busy, reload } = useAnswer((signal) => compared(file, report, params, signal), [file, report]);
  const say = (what, place, key) => {
    const said = { ...file.said[what] };
    if (key) said[place] = key;
    else delete said[place];
    onFile({ ...file, said: { ...file.said, [what]: said } });
  };
  return html`<section class="panel held" aria-labelledby="held-title" aria-busy=${busy}>
    <div class="list-head"><h2 id="held-title">${t("held_title", { file: file.name })}</h2>
      ${value && html`<${Tools} found=${value} report=${report} />`}
      <${ReconcileButton} onFile=${onFile} label=${t("held_other")} />
      <button class="quiet" aria-label=${t("held_close")} title=${t("held_close")} onClick=${() => onFile(null)}>✕</button></div>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("held_loading")}</${Empty}>`}
    ${value && html`<${Verdict} found=${value} />
      <${Sheets} found=${value} report=${report} said=${file.said} onSay=${say} onAll=${(column) => onFile({ ...file, said: { ...file.said, column: { ...file.said.column, ...column } } })} />
      <${Remember} key=${value.form} found=${value} />
      <${Differences} rows=${value.differences} report=${report} onCell=${onCell} />
      <${Sums} rows=${value.sums.filter((one) => one.result === "false")} report=${report} />
      ${value.dossiers.length > 0 && html`<${Choice} id="held-lists" label=${t("held_lists")} value=${file.lists} onChange=${(lists) => onFile({ ...file, lists })} options=${MAIN.flatMap(([, list]) => list).map((name) => [name, t(`fig_${name}`)])} />`}
      ${value.dossiers.map((one) => html`<${Dossiers} key=${one.sheet} found=${one} />`)}
      <${Unchecked} found=${value} report=${report} />`}
  </section>`;
}

// One line: whether all that was compared is the same.
function Verdict({ found }) {
  const { differing, cut, sums, unchecked, missing, surplus, asking } = tally(found);
  const parts = [
    differing && t("held_differences", { n: differing }), cut && t("n_cut", { n: cut }), sums && t("held_sums", { n: sums }),
    missing && t("held_missing", { n: missing }), surplus && t("held_surplus", { n: surplus }), unchecked && t("held_unchecked", { n: unchecked }), asking && t("n_asking", { n: asking }),
  ].filter(Boolean);
  const wrong = differing + sums + missing + surplus > 0;
  const nothing = !found.compared && !found.dossiers.length;
  const kind = wrong ? "bad" : asking || nothing ? "warn" : "ok";
  return html`<p class="verdict report-verdict ${kind}" role="status"><strong>${t(wrong ? "held_differs" : asking ? "held_asks" : nothing ? "held_nothing" : "held_equal")}</strong>${" "}<span>${[t("n_compared", { n: found.compared }), ...parts].join(" · ")}</span></p>`;
}

// What a person said of labels, for the next sheet: of whoever reconciles by this form.
function Remember({ found }) {
  const [said, setSaid] = useState("");
  const sealer = useSealer();
  const wish = found.sheets.flatMap(({ section, columns, rows_said: rows }) => [
    ...rows.filter((row) => !row.since).map((row) => ({ section, kind: "row", label: row.label, key: row.as })),
    ...columns.filter((one) => one.how === "given").map((one) => ({ section, kind: "column", label: one.heading, key: one.as })),
  ]).filter(({ label }) => /[\p{L}\d]/u.test(label));
  if (!sealer || !wish.length) return null;
  const keepThem = async () => {
    try {
      await ask(`/v1/forms/${encodeURIComponent(found.form)}/aliases`, {}, { method: "PUT", body: JSON.stringify(wish), headers: { "Content-Type": "application/json" } });
      setSaid(t("held_remembered", { n: number(wish.length) }));
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return html`<p class="held-ask"><button onClick=${keepThem}>${t("held_remember", { n: number(wish.length) })}</button> <span role="status" class="said">${said}</span></p>`;
}

function Tools({ found, report }) {
  const [copied, setCopied] = useState("");
  const copy = async () => {
    const done = navigator.clipboard?.writeText(tsv(linesOf(found, report)));
    setCopied(done ? await done.then(() => t("copied"), () => t("not_copied")) : t("not_copied"));
  };
  const name = `doi-chieu-${found.form}-${found.unit ?? ""}-${found.period.label ?? found.period.from}.csv`;
  return html`<span class="tools"><button onClick=${copy}>${t("copy")}</button>
    <button onClick=${() => keep(csv(linesOf(found, report)), name)}>${t("csv")}</button>
    <span role="status" class="said">${copied}</span></span>`;
}

// As the hub writes CSV for Excel: with its mark, and what Excel would take for a formula as a text.
const guarded = (text) => (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);
const quoted = (cell) => (typeof cell === "number" ? String(cell) : `"${guarded(String(cell ?? "")).replaceAll('"', '""')}"`);
const csv = (rows) => new Blob([`\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`], { type: "text/csv" });
