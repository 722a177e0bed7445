// The board: how many are late, by when and where, and which.
import { html, useEffect, useRef, useState } from "./lib/preact-htm.js";
import { Spark } from "./chart.js";
import { Defined } from "./definitions.js";
import { isoDay, number, today } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { filtersOf } from "./listing.js";
import { board, onNews, scopeOf } from "./live.js";
import { MapChoice } from "./question.js";
import { nameOf } from "./names.js";
import { amend, link, mapOf, openDossier, route } from "./route.js";
import { SheetHead, filterFacts } from "./sheet_head.js";
import { useStore } from "./store.js";
import { Count, Problem, useAnswer } from "./ui.js";
import { MyUnit, UnitBox } from "./unit_box.js";
import { UnitTable } from "./units.js";
import { WallLink } from "./wall_link.js";
import { Watchlist } from "./watchlist.js";

const TREND_EVERY = 600e3;
const AFTER_NEWS = 1500;
const BETWEEN = 500;

export function Board({ query }) {
  const unit = query.get("unit") ?? "";
  const live = useStore(board);
  const { status, error, day } = live;
  const { field, procedure } = filtersOf(query);
  const scope = { ...scopeOf(unit), field, procedure };
  const { totals, units } = useNarrowed(scope, live);
  const trend = useTrend(scope, day);
  const late = totals?.overdue_now;
  useEffect(() => {
    document.title = `${late == null ? "" : `(${number(late)}) `}${t("title")} – Motcua Hub`;
  }, [late]);
  if (status === "refused" && error) {
    return html`<${UnitChoice} unit=${unit} /><${Problem} error=${error} />`;
  }
  return html`
    <h1 class="hidden">${t("view_board")}</h1>
    <${SheetHead} title=${t("view_board")} facts=${filterFacts(filtersOf(query))} />
    <${UnitChoice} unit=${unit} />
    <${Tiles} totals=${totals} trend=${trend?.totals} scope=${scope} />
    <${Announcer} totals=${totals} />
    <div class="board-columns">
      <${Watchlist} query=${query} totals=${live.totals} ready=${live.totals !== null || status === "down"} onOpen=${openDossier} />
      <${UnitTable} units=${units} trend=${trend} chosen=${unit} onChoose=${(code) => amend({ unit: code })} />
    </div>
  `;
}

// The last 14 days of each unit; the present day runs on by the live numbers.
function useTrend(scope, day) {
  const { value, reload } = useAnswer(
    async (signal) => (day ? ask("/v1/board/trend", { ...scope, days: 14 }, { signal }) : null),
    [JSON.stringify(scope), day],
  );
  useEffect(() => {
    const timer = setInterval(reload, TREND_EVERY);
    const forget = onNews((news) => news.name === "reload" && reload());
    return () => {
      clearInterval(timer);
      forget();
    };
  }, []);
  return value && { ...value, units: new Map(value.units.map((row) => [row.unit, row])) };
}

function UnitChoice({ unit }) {
  return html`<div class="unit-choice">
    <${UnitBox} id="unit" label=${t("unit")} chosen=${unit} placeholder=${t("all_units")} onChoose=${(code) => amend({ unit: code })} />
    ${unit && html`<${MyUnit} unit=${unit} /><button class="quiet" onClick=${() => amend({ unit: "" })}>✕ ${t("all_units")}</button>`}
    <${MapChoice} chosen=${mapOf() && "today"} views=${["", "today"]} />
    <${WallLink} unit=${unit} />
    <strong>${unit ? nameOf("unit", unit) : t("all_units")}</strong>
  </div>`;
}

// Each tile leads to its list.
function Tiles({ totals, trend, scope }) {
  const { unit, field, procedure } = scope;
  const value = (name) => totals?.[name];
  const line = trend && totals && [...trend.overdue.slice(0, -1), totals.overdue_now];
  const following = useFollowing(scope, totals);
  const list = (name) => link("board", { ...Object.fromEntries(route.get().query), list: name === "overdue" ? "" : name, days: "" });
  const day = isoDay(today());
  const figures = link("figures", { unit, map: mapOf(), field, procedure, calendar: "days", from: day, to: day });
  const head = (name, to) => html`<h2><a class="tile-link" href=${to}>${t(name)}</a></h2><${Defined} names=${[name]} of=${t(name)} />`;
  return html`<section class="tiles" aria-label=${t("now")}>
    <div class="tile overdue ${value("overdue_now") === 0 ? "none" : ""}">
      ${head("overdue_now", list("overdue"))}<p><${Count} told value=${value("overdue_now")} /></p>
      ${line && html`<${Spark} values=${line} label=${t("trend_label", { values: line.join(", ") })} width=${200} height=${44} />`}
    </div>
    <div class="tile today">${head("due_today", list("today"))}<p><${Count} told value=${value("due_today")} /></p><small>${t("due_today_note")}</small></div>
    <div class="tile soon">${head("due_next", list("next"))}<p><${Count} told value=${following} /></p><small>${t("due_next_note")}</small></div>
    <div class="tile received">${head("received_today", figures)}<p><${Count} told value=${value("received_today")} /></p>
      <small>${t("in_progress_now", { n: totals ? number(totals.in_progress) : "–" })}</small></div>
    <div class="tile resolved">${head("resolved_today", figures)}<p><${Count} told value=${value("resolved_today")} /></p>
      <small>${totals ? t("of_these_late", { n: number(totals.late_today) }) : ""}</small></div>
  </section>`;
}

// The numbers of the stream; of some fields or procedures, which the stream does not know, those that
// the hub gives for them, asked again each time the stream tells of a change.
function useNarrowed(scope, live) {
  const narrowed = scope.field != null || scope.procedure != null;
  const wanted = narrowed && JSON.stringify(scope);
  const { value, reload } = useAnswer(async (signal) => (narrowed ? { wanted, found: await ask("/v1/board", scope, { signal }) } : null), [wanted]);
  const busy = useRef(null);
  useEffect(() => {
    if (!narrowed) return;
    // At most twice a second; the last change is asked for, too.
    busy.current ??= setTimeout(() => {
      busy.current = null;
      reload();
    }, BETWEEN);
  }, [live.totals, live.units]);
  useEffect(() => () => clearTimeout(busy.current), []);
  if (!narrowed) return live;
  if (value?.wanted !== wanted) return { totals: null, units: new Map() };
  return { totals: value.found.totals, units: new Map(value.found.units.map((row) => [row.unit, row])) };
}

// How many are due on the next working day: asked again a moment after the board's numbers changed.
function useFollowing(scope, totals) {
  const { value, reload } = useAnswer((signal) => ask("/v1/due-soon", { ...scope, within: "next_working_day", limit: 1 }, { signal }), [JSON.stringify(scope)]);
  const told = totals && [totals.in_progress, totals.received_today, totals.resolved_today, totals.due_today, totals.overdue_now].join();
  useEffect(() => {
    const timer = setTimeout(reload, AFTER_NEWS);
    return () => clearTimeout(timer);
  }, [told]);
  return value?.total;
}

// Tells the numbers to a screen reader, at most every 20 seconds.
function Announcer({ totals }) {
  const [told, setTold] = useState("");
  const newest = useRef();
  newest.current = totals && t("numbers_told", totals);
  useEffect(() => {
    const timer = setInterval(() => setTold(newest.current ?? ""), 20e3);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="hidden" aria-live="polite">${told}</p>`;
}
