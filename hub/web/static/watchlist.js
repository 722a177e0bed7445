// The list of dossiers that are overdue, or will be within 24 hours. It changes in place: what is
// gone stays greyed, what is new waits behind a button, until the reader (or nobody) wants it.
import { html, useEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";
import { Filters } from "./filters.js";
import { number } from "./format.js";
import { language, t } from "./i18n.js";
import { NOTHING, PAGE, applied, extended, fetchPage, filtersOf, isFiltered, keyOf, settled } from "./listing.js";
import { onNews } from "./live.js";
import { amend } from "./route.js";
import { DossierRow } from "./row.js";
import { Empty, Problem, idle, useTick } from "./ui.js";

// While nobody is there the list puts itself in order, and asks the hub anew now and then.
const SETTLE_EVERY = 2e3;
const STALE_FOR = 15e3;
const OLD = 600e3;

export function Watchlist({ query, totals, ready, onOpen }) {
  const filters = filtersOf(query);
  const list = useList(filters, totals, ready);
  useTick(20e3);
  const { rows, total, next, gone, fresh, stale } = list.state;
  const known = !isFiltered(filters) && totals;
  const shown = known ? (filters.list === "soon" ? totals.due_24h : totals.overdue_now) : total;
  const waiting = fresh.size;
  // Not drawn anew with every piece of news: its lists of names may be long.
  const bar = useMemo(() => html`<${Filters} filters=${filters} onOpen=${onOpen} />`, [JSON.stringify(filters), language.get()]);
  return html`<section class="panel list" aria-labelledby="list-title">
    <div class="list-head">
      <h2 id="list-title">${t(filters.list === "soon" ? "list_soon" : "list_overdue")} <span class="badge ${shown ? filters.list : "none"}">${rows ? number(shown) : "…"}</span></h2>
      <div class="tabs" role="group" aria-label=${t("which_list")}>
        ${["overdue", "soon"].map((name) => html`<button key=${name} aria-pressed=${filters.list === name} onClick=${() => amend({ list: name === "soon" ? name : "", days: "" })}>${t(`tab_${name}`)}</button>`)}
      </div>
    </div>
    ${bar}
    <div aria-live="polite">
      ${(waiting > 0 || stale) && html`<button class="news" onClick=${list.settle}>${waiting ? t("n_new_rows", { n: number(waiting) }) : t("list_changed")}</button>`}
    </div>
    ${list.error && html`<${Problem} error=${list.error} retry=${list.reload} />`}
    ${!rows && !list.error && html`<${Empty}>${t("loading")}</${Empty}>`}
    ${rows?.length === 0 && html`<div class="all-well"><p>${t(isFiltered(filters) ? "nothing_matches" : filters.list === "soon" ? "nothing_soon" : "nothing_overdue")}</p></div>`}
    ${rows?.length > 0 &&
    html`<table class="dossiers" role="table" aria-labelledby="list-title" aria-rowcount=${shown + 1}>
      <thead role="rowgroup"><tr role="row">
        ${["code", "what", "where", "due", filters.list === "soon" ? "left" : "late"].map((name) => html`<th key=${name} role="columnheader" scope="col" class=${name}>${t(`col_${name}`)}</th>`)}
      </tr></thead>
      <tbody role="rowgroup">
        ${rows.map((row) => html`<${DossierRow} key=${keyOf(row)} row=${row} gone=${gone.has(keyOf(row))} soon=${filters.list === "soon"} onOpen=${onOpen} />`)}
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
      latest.current.soon = latest.current.totals?.due_24h;
      setError(null);
      setState((old) => (cursor ? extended(old, page) : { ...NOTHING, rows: page.items, total: page.total, next: page.next }));
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

  useEffect(() => {
    // Closings before the deadline come as a number only.
    if (filters.list === "soon" && state.rows && totals && totals.due_24h !== latest.current.soon) setState((old) => ({ ...old, stale: true }));
  }, [totals?.due_24h]);

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
  return { state, error, busy, settle, reload, more: () => read(state.next, PAGE) };
}
