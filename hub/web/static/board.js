// The board: how many are late, by when and where, and which.
import { html, useEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";
import { Spark } from "./chart.js";
import { Dossier } from "./dossier.js";
import { number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { board, onNews, scopeOf } from "./live.js";
import { names, nameOf } from "./names.js";
import { amend } from "./route.js";
import { useStore } from "./store.js";
import { Count, Problem, useAnswer } from "./ui.js";
import { UnitTable } from "./units.js";
import { Watchlist } from "./watchlist.js";

const TREND_EVERY = 600e3;

export function Board({ query }) {
  const unit = query.get("unit") ?? "";
  const { totals, units, status, error, day } = useStore(board);
  const trend = useTrend(unit, day);
  const late = totals?.overdue_now;
  useEffect(() => {
    document.title = `${late == null ? "" : `(${number(late)}) `}${t("title")} – Motcua Hub`;
  }, [late]);
  const [open, setOpen] = useState(null);
  if (status === "refused" && error) {
    return html`<${UnitChoice} unit=${unit} /><${Problem} error=${error} />`;
  }
  return html`
    <h1 class="hidden">${t("view_board")}</h1>
    <${UnitChoice} unit=${unit} />
    <${Tiles} totals=${totals} trend=${trend?.totals} />
    <${Announcer} totals=${totals} />
    <div class="board-columns">
      <${Watchlist} query=${query} totals=${totals} ready=${totals !== null || status === "down"} onOpen=${setOpen} />
      <${UnitTable} units=${units} trend=${trend} chosen=${unit} onChoose=${(code) => amend({ unit: code })} />
    </div>
    ${open && html`<${Dossier} ...${open} onClose=${() => setOpen(null)} />`}
  `;
}

// The last 14 days of each unit; the present day runs on by the live numbers.
function useTrend(unit, day) {
  const { value, reload } = useAnswer(
    async (signal) => (day ? ask("/v1/board/trend", { ...scopeOf(unit), days: 14 }, { signal }) : null),
    [unit, day],
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
  const { units } = useStore(names);
  const [text, setText] = useState(unit);
  useEffect(() => setText(unit), [unit]);
  const options = useMemo(() => units.map((row) => html`<option key=${row.code} value=${row.code}>${row.name}</option>`), [units]);
  const choose = (event) => {
    const code = event.target.value.trim();
    setText(event.target.value);
    if (code !== unit && (code === "" || units.some((row) => row.code === code))) amend({ unit: code });
  };
  return html`<div class="unit-choice">
    <label for="unit">${t("unit")}</label>
    <input id="unit" list="all-units" value=${text} onInput=${choose} placeholder=${t("all_units")} autocomplete="off" spellcheck="false" />
    <datalist id="all-units">${options}</datalist>
    ${unit
      ? html`<strong>${nameOf("unit", unit)}</strong><button class="quiet" onClick=${() => amend({ unit: "" })}>✕ ${t("all_units")}</button>`
      : html`<strong>${t("all_units")}</strong>`}
  </div>`;
}

function Tiles({ totals, trend }) {
  const value = (name) => totals?.[name];
  const line = trend && totals && [...trend.overdue.slice(0, -1), totals.overdue_now];
  return html`<section class="tiles" aria-label=${t("now")}>
    <div class="tile overdue ${value("overdue_now") === 0 ? "none" : ""}">
      <h2>${t("overdue_now")}</h2><p><${Count} value=${value("overdue_now")} /></p>
      ${line && html`<${Spark} values=${line} label=${t("trend_label", { values: line.join(", ") })} width=${200} height=${44} />`}
    </div>
    <div class="tile today"><h2>${t("due_today")}</h2><p><${Count} value=${value("due_today")} /></p><small>${t("due_today_note")}</small></div>
    <div class="tile soon"><h2>${t("due_24h")}</h2><p><${Count} value=${value("due_24h")} /></p><small>${t("due_24h_note")}</small></div>
    <div class="tile received"><h2>${t("received_today")}</h2><p><${Count} value=${value("received_today")} /></p>
      <small>${t("in_progress_now", { n: totals ? number(totals.in_progress) : "–" })}</small></div>
    <div class="tile resolved"><h2>${t("resolved_today")}</h2><p><${Count} value=${value("resolved_today")} /></p>
      <small>${totals ? t("of_these_late", { n: number(totals.late_today) }) : ""}</small></div>
  </section>`;
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
