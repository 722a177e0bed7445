// One cell of a report: what it says, what it is made of, and the dossiers or statements behind it.
import { html } from "./lib/preact-htm.js";
import { Definitions } from "./definitions.js";
import { Counted, EVENTS } from "./drill.js";
import { number } from "./format.js";
import { ask } from "./http.js";
import { has, t } from "./i18n.js";
import { nameOf } from "./names.js";
import { rowOfForm, textOf } from "./report_sheet.js";
import { amend, depth, listLink, step } from "./route.js";
import { Dialog, Empty, Problem, useAnswer } from "./ui.js";

const MOST_PARTS = 100;

// The dialog closes by the way back, to where the reader was; a link that was opened has none.
const leave = () => (depth() ? history.go(-depth()) : amend({ cell: null }));

export function CellDialog({ report, made, at }) {
  const [section, row, column] = at.split("/");
  const found = cellOf(report, section, row, column);
  if (!found) return html`<${Dialog} title=${t("cell")} onClose=${leave}><p>${t("cell_gone")}</p></${Dialog}>`;
  const { cell } = found;
  const plan = rowOfForm(made, section, row)?.cells[column];
  return html`<${Dialog} title=${titleOf(found)} onClose=${leave} wide>
    <p class="verdict ${cell.state === "value" ? "" : "none"}">${textOf(cell) || "–"} <small>${cell.state === "value" ? "" : t(`state_${cell.state}`)}</small></p>
    ${plan && html`<${MadeOf} plan=${plan} report=${report} at=${[section, row, column]} />`}
    ${cell.state === "not_provided" && plan?.indicator && html`<p>${t("nobody_stated")}</p>`}
    ${cell.list && html`<${Behind} address=${cell.list} cell=${cell} />`}
  </${Dialog}>`;
}

function cellOf(report, section, row, column) {
  const part = report.sections.find((one) => one.key === section);
  const line = part?.rows.find((one) => one.key === row);
  const cell = line?.cells[column];
  return cell && { part, line, cell, head: part.columns.find((one) => one.key === column) };
}

const titleOf = ({ line, head }) => [line.code, line.label || line.key, head.under, head.label].filter(Boolean).join(" · ");

const FIGURES = ["figure", "took_part"];
const kindOf = (plan) => Object.keys(plan).find((name) => has(`made_${name}`));

function MadeOf({ plan, report, at }) {
  const kind = kindOf(plan);
  const of = plan[kind];
  return html`<dl class="facts">
    ${kind && html`<dt>${t(`made_${kind}`)}</dt><dd>${wordsOf(kind, of, (text) => spelled(text, plan.of, report, at))}${kind === "rule" && html`<${Rule} rule=${of} />`}${FIGURES.includes(kind) && html`<${Definitions} names=${of.split(" + ")} />`}</dd>`}
    ${plan.where && html`<dt>${t("made_only")}</dt><dd>${Object.entries(plan.where).map(([name, values]) => `${t(name)}: ${values.map((value) => valueOf(name, value)).join(", ")}`).join("; ")}</dd>`}
    ${plan.period && html`<dt>${t("part")}</dt><dd>${periodOf(plan.period)}</dd>`}
    ${plan.after && html`<dt>${t("made_after")}</dt><dd>${periodOf(plan.after)}</dd>`}
    ${plan.parts && html`<dt>${t("with_parts")}</dt><dd>${t("yes")}</dd>`}
  </dl>
  ${plan.of && html`<${Parts} of=${plan.of} report=${report} at=${at} />`}`;
}

const valueOf = (name, value) => (name === "unit_level" ? nameOf("level", value) : nameOf(name, value));
const named = (text) => (has(`part_${text}`) ? t(`part_${text}`) : { Y: t("part_year"), asked: t("asked_period"), year: t("part_year"), data_date: t("data_date") }[text] ?? text);
const periodOf = (period) => (typeof period === "string" ? named(period) : `${named(period.from)} – ${named(period.to)}`);

function wordsOf(kind, of, spell) {
  if (FIGURES.includes(kind)) return of.split(" + ").map((name) => t(`fig_${name}`)).join(" + ");
  if (kind === "indicator") return html`<${Indicator} code=${of} />`;
  if (kind === "formula") return spell(of);
  if (kind === "ratio") return of.map(spell).join(" : ");
  if (kind === "units") return [...(of.level ?? []).map((level) => nameOf("level", level)), of.below && t("with_below")].filter(Boolean).join(", ");
  return typeof of === "object" ? "" : String(of);
}

function Indicator({ code }) {
  const { value } = useAnswer((signal) => ask("/v1/indicators", {}, { signal }), []);
  const row = value?.indicators.find((one) => one.code === code);
  return html`${row?.name ?? row?.names?.vi} <span class="code">${code}</span>`;
}

const Rule = ({ rule }) => rule && html`<ul>${rule.when.map((text, index) => html`<li key=${index}><code>${text}</code></li>`)}</ul>`;

// A formula with its cells' printed codes, or labels, instead of the form's own names.
function spelled(text, of = {}, report, at) {
  return text.replace(/[A-Za-z_][\w.]*/g, (name) => {
    const found = of[name] && cellsAt(report, of[name].split("/"), at);
    if (!found?.length) return name;
    const { line, head } = found[0];
    const row = found.length > 1 ? t("all_rows") : [line.code, line.label].filter(Boolean).join(" ") || line.key;
    return head.key === at[2] ? `[${row}]` : `[${row} · ${head.label}]`;
  });
}

// The cells that a formula names, each to be opened in its turn.
function Parts({ of, report, at }) {
  const parts = Object.entries(of).flatMap(([name, address]) => cellsAt(report, address.split("/"), at).map((found) => ({ name, ...found })));
  return html`<h3>${t("made_parts")}</h3><ul class="parts">
    ${parts.slice(0, MOST_PARTS).map(({ name, key, line, head, cell }) => html`<li key=${name + key}>
      <button class="link" onClick=${() => step({ cell: key })}>${titleOf({ line, head })}</button> <small class="code">${name}</small> <strong>${textOf(cell) || "–"}</strong>
      ${cell.state !== "value" && html` <small>${t(`state_${cell.state}`)}</small>`}</li>`)}
  </ul>${parts.length > MOST_PARTS && html`<p class="hint">${t("more_parts", { n: number(parts.length - MOST_PARTS) })}</p>`}`;
}

// One cell; of the rows that stand for many, the own row's, or all of them.
function cellsAt(report, [section, row, column], [ownSection, ownRow]) {
  const part = report.sections.find((one) => one.key === section);
  const same = section === ownSection && ownRow.startsWith(`${row}:`);
  const lines = part?.rows.filter((one) => one.key === (same ? ownRow : row) || (!same && one.key.startsWith(`${row}:`))) ?? [];
  const head = part?.columns.find((one) => one.key === column);
  return lines.filter((line) => line.cells[column]).map((line) => ({ key: `${section}/${line.key}/${column}`, line, head, cell: line.cells[column] }));
}

// What the cell's own address lists: dossiers, units, or statements.
function Behind({ address, cell }) {
  const [path, query] = address.split("?");
  const params = {};
  for (const [name, value] of new URLSearchParams(query)) params[name] = name in params ? [params[name], value].flat() : value;
  if (path.endsWith("/dossiers")) return html`<${Counted} params=${params} value=${cell.value} defined=${false} />`;
  return html`<${path.endsWith("/units") ? Units : Statements} path=${path} params=${params} cell=${cell} />`;
}

// Units of the registry, or those of which a figure counts something, each with its dossiers.
function Units({ path, params, cell }) {
  const { value, error, reload } = useAnswer((signal) => ask(path, params, { signal }), []);
  const items = value && (value.items ?? value.units.map(({ code }) => ({ unit: code })));
  const counts = [params.figure].flat().some((name) => EVENTS.has(name)) ? "drill_events" : "drill_dossiers";
  return html`<p class="drill-total" data-total=${items?.length}>${items ? t("units_behind", { n: number(items.length) }) : t("loading")}</p>
    ${items && items.length !== cell.value && html`<p class="problem" role="alert">${t("drill_changed", { before: number(cell.value), n: number(items.length) })}</p>`}
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    <ul class="parts">${items?.map((item) => html`<li key=${item.unit}><span>${nameOf("unit", item.unit)}</span> <small class="code">${item.unit}</small>
      ${item.value && html` <a href=${listLink(params, { unit: item.unit, subtree: null })}>${t(counts, { n: number(item.value) })}</a>`}</li>`)}</ul>`;
}

function Statements({ path, params }) {
  const { value, error, reload } = useAnswer((signal) => ask(path, params, { signal }), []);
  const said = (item) => (item.state === "value" ? (item.value != null ? number(item.value) : (item.text ?? item.date)) : t(`state_${item.state}`));
  return html`<h3>${t("statements")}</h3>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${!value && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    <ul class="parts">${value?.items.map((item, index) => html`<li key=${index}><strong>${said(item)}</strong> <span>${nameOf("unit", item.unit)}${item.level ? ` · ${nameOf("level", item.level)}` : ""} · ${item.period}</span>
      <small>${t(item.origin === "sum" ? "stated_sum" : "stated_own")}</small>
      <ul>${item.events.map((event) => html`<li key=${event.source + event.id}><small class="code">${event.unit ? `${nameOf("unit", event.unit)} · ` : ""}${event.source} · ${event.id}</small></li>`)}</ul></li>`)}</ul>`;
}
