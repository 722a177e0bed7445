// Whether a report holds: one line, every check with what it compares, and the sources.
import { html } from "./lib/preact-htm.js";
import { instant, number } from "./format.js";
import { t } from "./i18n.js";

const ORDER = { false: 0, unknown: 1, true: 2 };
const WEIGHT = { fail: 0, warn: 1 };

const counted = (checks) => {
  const count = (result, level) => checks.filter((one) => one.result === result && (!level || one.level === level)).length;
  return { true: count("true"), failing: count("false", "fail"), warning: count("false", "warn"), unknown: count("unknown") };
};

export function Verdict({ report }) {
  const { true: holding, failing, warning, unknown } = counted(report.checks);
  const parts = [failing && t("n_failing", { n: failing }), warning && t("n_warning", { n: warning }), unknown && t("n_unknown", { n: unknown }), t("n_holding", { n: holding })];
  const kind = report.verdict === "failing" ? "bad" : warning || unknown ? "warn" : "ok";
  return html`<p class="verdict report-verdict ${kind}"><span aria-hidden="true">${{ bad: "✗", warn: "!", ok: "✓" }[kind]}</span>${" "}
    <strong>${t(`verdict_${report.verdict}`)}</strong> <span>${parts.filter(Boolean).join(" · ")}</span></p>`;
}

const FOLDED = 8; // more lines of a kind than that are shown on demand

export function Checks({ report, made, all }) {
  const lines = grouped(report, made);
  const of = (result) => lines.filter((one) => one.check.result === result);
  const list = (some) => html`<ul>${some.map((line) => html`<${Check} key=${line.check.id} ...${line} />`)}</ul>`;
  const folded = (result) => {
    const some = of(result);
    return some.length > 0 && html`<details open=${all || (result === "unknown" && some.length <= FOLDED)}><summary>${t(`checks_${result}`, { n: counted(report.checks)[result] })}</summary>${list(some)}</details>`;
  };
  return html`<section class="panel checks" aria-labelledby="checks-title">
    <h2 id="checks-title">${t("checks")}</h2>
    ${list(of("false"))}${folded("unknown")}${folded("true")}
    ${lines.length === 0 && html`<p class="hint">${t("no_checks")}</p>`}
  </section>`;
}

// Failing ones first; what is the same of many rows or columns is one line.
function grouped(report, made) {
  const sorted = [...report.checks].sort((a, b) => ORDER[a.result] - ORDER[b.result] || WEIGHT[a.level] - WEIGHT[b.level]);
  const lines = new Map();
  for (const check of sorted) {
    const rule = made?.checks.find((one) => check.id === one.id || check.id.startsWith(`${one.id}.`));
    const told = sides(check, rule);
    const name = check.result === "unknown" && rule ? `${rule.id} ${told}` : check.id;
    if (!lines.has(name)) lines.set(name, { check, told, places: [] });
    const place = rule && check.id.slice(rule.id.length + 1);
    if (place) lines.get(name).places.push(placeOf(report, rule, place));
  }
  return [...lines.values()];
}

// What fails and must be waived before it is sealed, by rule: [{id, lines: [{check, told, place}]}].
export function failing(report, made) {
  const rules = new Map();
  for (const check of report.checks.filter((one) => one.result === "false" && one.level === "fail")) {
    const rule = made?.checks.find((one) => check.id === one.id || check.id.startsWith(`${one.id}.`));
    const id = rule?.id ?? check.id;
    const place = rule && check.id.slice(rule.id.length + 1);
    if (!rules.has(id)) rules.set(id, { id, lines: [] });
    rules.get(id).lines.push({ check, told: sides(check, rule), place: place && placeOf(report, rule, place) });
  }
  return [...rules.values()];
}

function Check({ check, told, places }) {
  const kind = { true: "ok", false: check.level === "fail" ? "bad" : "warn", unknown: "" }[check.result];
  const result = check.result === "false" ? t(`check_false_${check.level}`) : t(`check_${check.result}`);
  return html`<li class="check ${check.result}"><span class="tag ${kind}">${result}</span>
    <span class="says">${check.says}${places.length > 0 && html` <small>(${places.join(", ")})</small>`}</span>
    <span class="sides">${told}</span></li>`;
}

// Where a check that is made of each row or column stands.
function placeOf(report, rule, place) {
  const section = report.sections.find((one) => one.key === rule.section);
  const row = section?.rows.find((one) => one.key === place);
  const column = section?.columns.find((one) => one.key === place);
  return row ? [row.code, row.label || row.key].filter(Boolean).join(" ") : column?.label || place;
}

const BROKEN = { "==": "≠", "<=": ">", ">=": "<", "<": "≥", ">": "≤" };
const HOLDING = { "==": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">" };

// "96 ≠ 93": the two numbers, and how they stand to each other where that is plain.
function sides({ result, left, right }, rule) {
  if (result === "unknown") {
    const side = left == null ? (right == null ? "both" : "left") : "right";
    const known = left ?? right;
    return t("not_checked", { why: t(`lacks_${side}`, { known: known == null ? "" : number(known) }) });
  }
  if (left == null || right == null) return "";
  const signs = new Set(rule?.that.match(/[=<>!]=|[<>]/g) ?? ["=="]);
  const sign = signs.size === 1 && (result === "true" ? HOLDING : BROKEN)[[...signs][0]];
  const differs = result === "false" && sign === "≠" ? ` (${t("differ_by", { n: number(Math.abs(left - right)) })})` : "";
  return sign ? `${number(left)} ${sign} ${number(right)}${differs}` : t("two_sides", { left: number(left), right: number(right) });
}

export function Sources({ report }) {
  return html`<section class="panel report-sources" aria-labelledby="report-sources-title">
    <h2 id="report-sources-title">${t("report_sources")}</h2>
    <p class="as-of">${t("as_of_told", { at: instant(report.as_of) })}</p>
    ${report.sources.length === 0 && html`<p class="hint">${t("no_report_sources")}</p>`}
    <ul>${report.sources.map((row) => html`<li key=${row.source}><span class="code">${row.source}</span> ${t("last_event", { at: instant(row.last_seen) })}
      ${row.late && html` <span class="tag bad">${t("silent")}</span>`}</li>`)}</ul>
  </section>`;
}
