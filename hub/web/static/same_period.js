// The same period of the year before, beside each cell of a report: counted, sealed or stated, never mixed.
import { html } from "./lib/preact-htm.js";
import { day, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOfPeriod, textOf } from "./report_sheet.js";
import { amend } from "./route.js";
import { Problem, useAnswer } from "./ui.js";

const MARKS = { counted: "", sealed: "‡", stated: "†" };
const before = (day) => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`.replace(/-02-29$/, "-02-28");

// What the trend is asked for a report's period of the year before.
function asked(report, params) {
  const { label, calendar, from, to } = report.period;
  const period = label ? { periods: before(label), calendar } : { periods: `${before(from)}..${before(to)}` };
  return { unit: params.unit, as_of: params.as_of, map: params.map, ...period };
}

// {period, of(key): the points of a cell} once it is known; `on`: whether somebody wants it.
export function usePrior(report, params, on) {
  const wanted = report && on ? JSON.stringify([report.form, asked(report, params)]) : null;
  const { value, error, reload } = useAnswer(async (signal) => {
    if (!wanted) return null;
    const found = await ask(`/v1/reports/${encodeURIComponent(report.form)}/trend`, asked(report, params), { signal });
    const named = new Map(found.periods[0].predecessors?.map(({ unit, name }) => [unit, name]));
    const others = (row) => row.predecessors.map((one) => ({ ...one, name: named.get(one.unit) }));
    const points = new Map(found.cells.map((row) => [`${row.section}/${row.row}/${row.column}`, [...row.points, ...others(row)]]));
    return { wanted, period: found.periods[0], from: found.counted_from, of: (key) => points.get(key) ?? [] };
  }, [wanted]);
  return { prior: wanted && value?.wanted === wanted ? value : null, error: wanted && error, reload };
}

export function PriorSwitch({ on, prior, error, reload }) {
  return html`<div class="prior-switch"><label><input type="checkbox" checked=${on} onChange=${(event) => amend({ prior: event.target.checked && "yes" })} /> ${t("prior_show")}</label>
    ${on && !prior && !error && html`<span class="said" role="status">${t("loading")}</span>`}
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${prior && html`<p class="key">${told(prior)}</p>`}</div>`;
}

// Which period it is, and what speaks for it.
function told({ period, from }) {
  const parts = [t("prior_is", { period: nameOfPeriod({ period }) })];
  if (period.coverage === "part") parts.push(t("prior_part", { from: from.split("-").reverse().join("/") }));
  if (period.stated) parts.push(`${MARKS.stated} ${t("prior_stated", { name: period.stated.document.name, number: period.stated.document.number, by: period.stated.certified_by.name })}`);
  if (period.sealed) parts.push(`${MARKS.sealed} ${t("prior_sealed", { id: period.sealed.id })}`);
  const others = period.predecessors ?? [];
  if (period.map) parts.push(t("map_told", { day: day(period.map) }));
  if (others.length) parts.push(t("prior_predecessors", { units: others.map(({ name }) => name).join(", ") }));
  if (!period.use && !others.some(({ sealed, stated }) => sealed || stated)) parts.push(t("prior_nothing"));
  return parts.join(" · ");
}

// A section's columns, with one for the year before behind each of which it says anything.
export function withPrior({ key, columns, rows }, of) {
  const said = (column) => rows.some((row) => row.cells[column.key] && of(`${key}/${row.key}/${column.key}`).length);
  return columns.flatMap((column) => {
    if (column.is !== "value" || !said(column)) return [column];
    const under = column.under || column.label;
    const name = column.under && html`<span class="hidden">${column.label}</span>`;
    const own = column.under ? column : { ...column, under, label: t("prior_now") };
    return [own, { ...column, key: `${column.key}~`, prior: column.key, under, label: html`${t("prior_column")} ${name}` }];
  });
}

// What the year before says of a cell, with the change since; each kind by itself.
export function Before({ cell, points }) {
  const counted = points.find((one) => one.basis === "counted");
  const shown = points.filter((one) => !one.unit && (one.basis !== "sealed" || one.text !== counted?.text));
  const others = points.filter((one) => one.unit);
  return [...shown.map((one) => html`<span key=${one.basis} class="prior as-${one.basis}" title=${t(`prior_${one.basis}_short`)}>${textOf(one) || "–"}${MARKS[one.basis] && html`<sup aria-hidden="true">${MARKS[one.basis]}</sup>`}<span class="hidden"> ${t(`prior_${one.basis}_short`)}</span>
    ${change(cell, one)}</span>`), ...others.map(ofPredecessor)];
}

// What a unit said of itself that was merged since: beside, never added to anything.
const ofPredecessor = ({ unit, name, basis, ...one }) => html`<span key=${`${unit}-${basis}`} class="prior predecessor as-${basis}" title=${`${name}: ${t(`prior_${basis}_short`)}`}><small>${name}</small> ${textOf(one) || "–"}<sup aria-hidden="true">${MARKS[basis]}</sup><span class="hidden"> ${t(`prior_${basis}_short`)}</span></span>`;

const SIGNED = (n) => (n > 0 ? `+${number(n)}` : n < 0 ? `−${number(-n)}` : "0");

function change(cell, then) {
  if (cell?.state !== "value" || then.state !== "value" || typeof cell.value !== "number" || typeof then.value !== "number") return null;
  const difference = Math.round((cell.value - then.value) * 1e6) / 1e6; // two decimals differ by a decimal
  const share = cell.origin === "ratio" ? t("prior_points") : then.value > 0 ? `${SIGNED(Math.round((difference / then.value) * 1e3) / 10)} %` : "";
  return html`<small>Δ ${SIGNED(difference)}${share && (cell.origin === "ratio" ? ` ${share}` : ` (${share})`)}</small>`;
}
