// A list with an address of its own, to be kept, sent and printed: the dossiers behind a figure,
// or those that the board lists.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { Blocks } from "./blocks.js";
import { day, instant, number } from "./format.js";
import { Definitions } from "./definitions.js";
import { EVENTS } from "./drill.js";
import { ask } from "./http.js";
import { language, t } from "./i18n.js";
import { fetchPage, filtersOf } from "./listing.js";
import { nameOf } from "./names.js";
import { partName } from "./question.js";
import { dossierLink } from "./route.js";
import { lateness } from "./row.js";
import { SheetHead, filterFacts } from "./sheet_head.js";
import { Empty, Problem, printAll } from "./ui.js";

const PAGE = 1000;
const MOST = 10_000;
const WIDTHS = { col_code: "minmax(0, 15rem)", col_due: "8.5rem", col_late: "6rem", col_left: "6rem", received_at: "9.5rem", drill_when: "9.5rem", letter_at: "9.5rem" };
const DIMENSIONS = ["field", "procedure", "channel", "level", "authority", "model", "unit_level"];
const OURS = new Set(["print", "dossier"]); // of the page, not of the question

export const View = ({ query }) => html`<${Sheet} query=${query} about=${query.get("list") ? ofBoard(query) : ofFigure(query)} />`;

// `about`: {title, facts, figures, columns: [[name of the head, text of a row]], page(cursor)}.
export function Sheet({ query, about }) {
  const { rows, total, error, whole, read } = useRows(about, query.get("print") === "yes");
  useEffect(() => {
    document.title = [about.title, ...about.facts.map(([, text]) => text)].filter(Boolean).join(" – ");
    return () => (document.title = `${t("title")} – Motcua Hub`);
  }, [about.title]);
  return html`<section class="panel list-sheet">
    <${SheetHead} shown title=${total == null ? about.title : `${about.title}: ${number(total)}`} facts=${about.facts} at=${query.get("as_of") ?? rows?.at} />
    <p class="tools"><button data-print disabled=${!rows} onClick=${() => whole().then(printAll)}>${t("print")}</button></p>
    ${about.figures.length > 0 && html`<${Definitions} names=${about.figures} />`}
    ${error && html`<${Problem} error=${error} retry=${() => read(null)} />`}
    ${!rows && !error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${rows?.items.length === 0 && html`<${Empty}>${t("nothing_matches")}</${Empty}>`}
    ${rows?.items.length > 0 && html`<table class="grid sheet-rows" role="table" aria-rowcount=${(total ?? rows.items.length) + 1} style=${{ "--columns": about.columns.map(([name]) => WIDTHS[name] ?? "minmax(0, 1fr)").join(" ") }}>
      <thead role="rowgroup"><tr role="row">${about.columns.map(([name]) => html`<th key=${name} role="columnheader" scope="col">${t(name)}</th>`)}</tr></thead>
      <${Blocks} rows=${rows.items} version=${language.get()} draw=${(row) => html`<tr role="row">${about.columns.map(([name, text]) => html`<td key=${name} role="cell" class=${name}>${text(row)}</td>`)}</tr>`} />
    </table>
    ${rows.items.length < total && html`<p class="hint">${t("rows_of", { n: number(rows.items.length), total: number(total) })}</p>`}
    ${rows.next && html`<button class="more" onClick=${() => read(rows.next)}>${total == null ? t("show_older") : t("show_more", { n: number(Math.min(PAGE, total - rows.items.length)) })}</button>`}`}
  </section>`;
}

const code = ["col_code", ({ unit, subject }) => html`<a href=${dossierLink(unit, subject)}>${subject}</a>`];
const where = ["unit", ({ unit }) => nameOf("unit", unit)];

function ofBoard(query) {
  const filters = filtersOf(query);
  const due = ({ due_at, advisory }) => html`${day(due_at ?? advisory.due_at)}${advisory ? ` ${t("advisory")}` : ""}`;
  return {
    title: t(`list_${filters.list}`),
    figures: [],
    facts: filterFacts(filters),
    columns: [
      code,
      ["procedure", (row) => html`${nameOf("procedure", row.procedure)}${row.waiting ? ` (${t("waiting")})` : ""}`],
      ["field", (row) => nameOf("field", row.field)],
      where,
      ["col_due", due],
      [filters.list === "overdue" ? "col_late" : "col_left", (row) => html`<strong>${lateness(row, filters.list).text}</strong>`],
    ],
    page: (cursor) => fetchPage(filters, cursor, PAGE),
  };
}

function ofFigure(query) {
  const asked = {};
  for (const name of query.keys()) if (!OURS.has(name)) asked[name] = query.getAll(name);
  const figures = asked.figure ?? [];
  const moment = [figures.some((name) => EVENTS.has(name)) ? "drill_when" : "received_at", (row) => instant(row.received_at ?? row.time)];
  return {
    title: figures.map((name) => t(`fig_${name}`)).join(" + "),
    figures,
    facts: [
      [t("unit"), (asked.unit ?? []).map((unit) => nameOf("unit", unit)).join(", ") + (asked.subtree?.[0] === "true" ? ` (${t("with_below")})` : "") || t("all_units")],
      [t("part"), periodOf(query)],
      ...DIMENSIONS.map((name) => [t(name), asked[name]?.map((value) => nameOf(name === "unit_level" ? "level" : name, value)).join(", ")]),
      [t("with_parts"), asked.parts && t("yes")],
    ],
    columns: [code, where, moment],
    page: (cursor) => ask("/v1/dossiers", { ...asked, limit: PAGE, cursor }),
  };
}

function periodOf(query) {
  const period = query.get("period");
  if (!period) return [query.get("from"), query.get("to")].filter(Boolean).map((text) => day(`${text}T00:00:00+07:00`)).join(" – ");
  const [year, part] = period.split("-");
  return [part && partName(part), year, query.get("calendar") === "nd09" && t("calendar_nd09")].filter(Boolean).join(" ");
}

// The rows read so far; `whole` reads the rest, as far as a print is useful.
function useRows(about, printNow) {
  const [rows, setRows] = useState(null);
  const [error, setError] = useState(null);
  const read = async (cursor, before = rows) => {
    const page = await about.page(cursor);
    const next = { items: cursor ? [...before.items, ...page.items] : page.items, next: page.next, total: page.total, at: page.as_of ?? before?.at };
    setRows(next);
    return next;
  };
  const tried = (...given) => read(...given).then((found) => (setError(null), found), (problem) => (setError(problem), null));
  const whole = async (from = rows) => {
    for (let found = from; found?.next && found.items.length < MOST; ) found = await tried(found.next, found);
  };
  useEffect(() => {
    setRows(null);
    tried(null, null).then(async (found) => {
      if (!found || !printNow) return;
      await whole(found);
      await printAll();
    });
  }, [JSON.stringify([about.title, about.facts])]);
  return { rows, total: rows?.total ?? null, error, whole, read: tried };
}
