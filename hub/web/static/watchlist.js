// The list of dossiers that are overdue, will be within 24 hours, or have no due date. It changes in
// place: what is gone stays greyed, what is new waits behind a button, until the reader (or nobody)
// wants it.
import { html, useEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";
import { LateRule } from "./advised.js";
import { Filters } from "./filters.js";
import { number } from "./format.js";
import { language, t } from "./i18n.js";
import { LISTS, NOTHING, PAGE, applied, extended, fetchPage, filtersOf, isFiltered, keyOf, settled } from "./listing.js";
import { onNews } from "./live.js";
import { amend } from "./route.js";
import { DossierRow } from "./row.js";
import { Empty, Problem, idle, useTick } from "./ui.js";

// While nobody is there the list puts itself in order, and asks the hub anew now and then.
const SETTLE_EVERY = 2e3;
const STALE_FOR = 15e3;
const OLD = 600e3;

const LAST_COLUMNS = { overdue: ["due", "late"], soon: ["due", "left"], undated: ["advised", "left"] };

// What comes to a list, or leaves it, without news of the single dossier changes these numbers.
const HINTS = { overdue: [], soon: ["due_24h"], undated: ["in_progress", "received_today"] };
const hint = (list, totals) => totals && HINTS[list].map((name) => totals[name]).join();

export function Watchlist({ query, totals, ready, onOpen }) {
  const filters = filtersOf(query);
  const list = useList(filters, totals, ready);
  useTick(20e3);
  const { rows, total, next, gone, fresh, stale } = list.state;
  const name = filters.list;
  const counted = isFiltered(filters) ? null : { overdue: totals?.overdue_now, soon: totals?.due_24h }[name];
  const shown = counted ?? total;
  const waiting = fresh.size;
  // Not drawn anew with every piece of news: its lists of names may be long.
  const bar = useMemo(() => html`<${Filters} filters=${filters} onOpen=${onOpen} />`, [JSON.stringify(filters), language.get()]);
  return html`<section class="panel list" aria-labelledby="list-title">
    <div class="list-head">
      <h2 id="list-title">${t(`list_${name}`)} <span class="badge ${shown ? name : "none"}">${rows ? number(shown) : "…"}</span></h2>
      <div class="tabs" role="group" aria-label=${t("which_list")}>
        ${LISTS.map((one) => html`<button key=${one} aria-pressed=${name === one} onClick=${() => amend({ list: one === "overdue" ? "" : one, days: "" })}>${t(`tab_${one}`)}</button>`)}
      </div>
    </div>
    ${bar}
    ${name === "undated" && html`<div class="advised-note"><p>${t("undated_note")}</p><${LateRule} on=${filters.lateRule} /></div>`}
    <div aria-live="polite">
      ${(waiting > 0 || stale) && html`<button class="news" onClick=${list.settle}>${waiting ? t("n_new_rows", { n: number(waiting) }) : t("list_changed")}</button>`}
    </div>
    ${list.error && html`<${Problem} error=${list.error} retry=${list.reload} />`}
    ${!rows && !list.error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${rows?.length === 0 && html`<div class="all-well"><p>${t(isFiltered(filters) ? "nothing_matches" : `nothing_${name}`)}</p></div>`}
    ${rows?.length > 0 &&
    html`<table class="dossiers" role="table" aria-labelledby="list-title" aria-rowcount=${shown + 1}>
      <thead role="rowgroup"><tr role="row">
        ${["code", "what", "where", ...LAST_COLUMNS[name]].map((column) => html`<th key=${column} role="columnheader" scope="col" class=${column}>${t(`col_${column}`)}</th>`)}
      </tr></thead>
      <tbody role="rowgroup">
        ${rows.map((row) => html`<${DossierRow} key=${keyOf(row)} row=${row} gone=${gone.has(keyOf(row))} list=${name} onOpen=${onOpen} />`)}
      </tbody>
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
  // Rows of another question are never drawn as rows of this one: the lists' rows differ.
  return { state: state.of === wanted ? state : NOTHING, error, busy, settle, reload, more: () => read(state.next, PAGE) };
}
