// The list of dossiers that are overdue, are due today, next or this week, or have no due date. It changes in
// place: what is gone stays greyed, what is new waits behind a button, until the reader (or nobody)
// wants it.
import { html, useEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";
import { Defined } from "./definitions.js";
import { LateRule } from "./advised.js";
import { Blocks } from "./blocks.js";
import { Filters } from "./filters.js";
import { number } from "./format.js";
import { language, t } from "./i18n.js";
import { LISTS, NOTHING, PAGE, WITHIN, applied, callOf, extended, fetchPage, filtersOf, isFiltered, keyOf, settled } from "./listing.js";
import { onNews } from "./live.js";
import { names } from "./names.js";
import { amend, listLink } from "./route.js";
import { DossierRow } from "./row.js";
import { SaveSheet } from "./sheet_button.js";
import { Empty, Problem, idle, useTick } from "./ui.js";

// While nobody is there the list puts itself in order, and asks the hub anew now and then.
const SETTLE_EVERY = 2e3;
const STALE_FOR = 15e3;
const OLD = 600e3;

const LAST_COLUMNS = { overdue: ["due", "late"], undated: ["advised", "left"] };
const DEFINED = { overdue: "overdue_now", today: "due_today", next: "due_next" };
const LEFT = ["due", "left"]; // of the lists of what is due

// What comes to a list, or leaves it, without news of the single dossier changes these numbers.
const HINTS = { overdue: [], today: ["due_today"] };
const hint = (list, totals) => totals && (HINTS[list] ?? ["in_progress", "received_today"]).map((name) => totals[name]).join();

export function Watchlist({ query, totals, ready, onOpen }) {
  const filters = filtersOf(query);
  const list = useList(filters, totals, ready);
  const tick = useTick(20e3);
  const { rows, total, next, gone, fresh, stale } = list.state;
  const name = filters.list;
  const counted = isFiltered(filters) ? null : { overdue: totals?.overdue_now, today: totals?.due_today }[name];
  const shown = counted ?? total;
  const waiting = fresh.size;
  const isGone = (row) => gone.size > 0 && gone.has(keyOf(row));
  const asked = { ...Object.fromEntries(query), list: name, dossier: null, wall: null };
  // Not drawn anew with every piece of news: its lists of names may be long.
  const bar = useMemo(() => html`<${Filters} filters=${filters} onOpen=${onOpen} />`, [JSON.stringify(filters), language.get()]);
  return html`<section class="panel list" aria-labelledby="list-title">
    <div class="list-head">
      <h2><span id="list-title">${t(`list_${name}`)} <span class="badge ${shown ? (name in WITHIN ? "soon" : name) : "none"}">${rows ? number(shown) : "…"}</span></span>${DEFINED[name] && html` <${Defined} names=${[DEFINED[name]]} of=${t(`list_${name}`)} />`}</h2>
      <div class="tabs" role="group" aria-label=${t("which_list")}>
        ${LISTS.map((one) => html`<button key=${one} aria-pressed=${name === one} onClick=${() => amend({ list: one === "overdue" ? "" : one, days: "" })}>${t(`tab_${one}`)}</button>`)}
      </div>
    </div>
    <div class="filter-row">${bar}
      <a class="button" data-print href=${listLink(asked, { print: "yes" })}>${t("print")}</a>
      ${rows?.length > 0 && html`<${SaveSheet} key=${name} path=${callOf(filters)[0]} params=${callOf(filters)[1]} />`}</div>
    ${name === "undated" && html`<div class="advised-note"><p>${t("undated_note")}</p><${LateRule} on=${filters.lateRule} /></div>`}
    <div aria-live="polite">
      ${(waiting > 0 || (stale && rows.length > 0)) && html`<button class="news" onClick=${list.settle}>${waiting ? t("n_new_rows", { n: number(waiting) }) : t("list_changed")}</button>`}
    </div>
    ${list.error && html`<${Problem} error=${list.error} retry=${list.reload} />`}
    ${!rows && !list.error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${rows?.length === 0 && html`<div class="all-well"><p>${t(isFiltered(filters) ? "nothing_matches" : `nothing_${name}`)}</p></div>`}
    ${rows?.length > 0 &&
    html`<table class="dossiers" role="table" aria-labelledby="list-title" aria-rowcount=${shown + 1}>
      <thead role="rowgroup"><tr role="row">
        ${["code", "what", "where", ...(LAST_COLUMNS[name] ?? LEFT)].map((column) => html`<th key=${column} role="columnheader" scope="col" class=${column}>${t(`col_${column}`)}</th>`)}
      </tr></thead>
      <${Blocks} key=${name} rows=${rows} tick=${tick} version=${`${language.get()} ${names.get().units.length}`} mark=${isGone}
        draw=${(row) => html`<${DossierRow} key=${keyOf(row)} row=${row} gone=${isGone(row)} list=${name} onOpen=${onOpen} />`} />
    </table>`}
    ${next && html`<button class="more" onClick=${list.more} disabled=${list.busy}>${t("show_more", { n: number(Math.min(PAGE, Math.max(0, shown - rows.length))) })}</button>`}
  </section>`;
}

// The list as read, then as news changes it.
function useList(filters, totals, ready) {
  const [state, setState] = useState(NOTHING);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef({});
  const wanted = JSON.stringify(filters);

  const read = async (cursor, limit) => {
    setBusy(true);
    try {
      const page = await fetchPage(filters, cursor, limit);
      if (latest.current.wanted !== wanted) return;
      latest.current.readAt = Date.now();
      latest.current.hint = hint(filters.list, latest.current.totals);
      setError(null);
      setState((old) => (cursor ? extended(old, page) : { ...NOTHING, of: wanted, rows: page.items, total: page.total, next: page.next }));
    } catch (problem) {
      if (latest.current.wanted === wanted) setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const reload = () => read(null, Math.min(1000, Math.max(PAGE, state.rows?.length ?? 0)));
  const settle = () => (state.stale || error ? reload() : setState(settled));
  Object.assign(latest.current, { wanted, filters, totals, state, reload, settle });

  useEffect(() => {
    setState(NOTHING);
    if (ready) read(null, PAGE);
  }, [wanted, ready]);

  const newest = hint(filters.list, totals);
  useEffect(() => {
    if (state.rows && totals && newest !== latest.current.hint) setState((old) => ({ ...old, stale: true }));
  }, [newest]);

  useEffect(() => {
    const forget = onNews((news) => setState((old) => (old.rows ? applied(old, news, latest.current.filters) : old)));
    const timer = setInterval(() => {
      const { state: now, readAt } = latest.current;
      if (!idle() || !now.rows) return;
      const age = Date.now() - readAt;
      if (age > (now.stale ? STALE_FOR : OLD)) latest.current.reload();
      else setState(settled);
    }, SETTLE_EVERY);
    return () => {
      forget();
      clearInterval(timer);
    };
  }, []);
  // An empty list has no places to keep: it is read anew by itself.
  const vacant = state.stale && state.rows?.length === 0 && state.fresh.size === 0;
  useEffect(() => {
    if (!vacant) return undefined;
    const timer = setTimeout(() => latest.current.reload(), SETTLE_EVERY);
    return () => clearTimeout(timer);
  }, [vacant]);
  // Rows of another question are never drawn as rows of this one: the lists' rows differ.
  return { state: state.of === wanted ? state : NOTHING, error, busy, settle, reload, more: () => read(state.next, PAGE) };
}
