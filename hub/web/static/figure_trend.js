// The chosen figure quarter by quarter, up to that in which the period ends.
import { html } from "./lib/preact-htm.js";
import { parameters } from "./asking.js";
import { FigureChoice, nameOfHead } from "./figure_pivot.js";
import { isoDay, localDay, now, number } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { link, route } from "./route.js";
import { useAnswer } from "./ui.js";

const QUARTERS = 8;

export function Trend({ form }) {
  const calendar = form.calendar === "nd09" ? "nd09" : "civil";
  const { period, calendar: _, from, to, ...scope } = parameters(form);
  const question = { ...scope, figure: form.figure, columns: "period", each: "quarter", each_calendar: calendar, ...spanOf(form, calendar) };
  const { value } = useAnswer((signal) => ask("/v1/figures/pivot", question, { signal }), [JSON.stringify(question)]);
  const totals = value?.totals ?? [];
  const most = Math.max(1, ...totals.filter((n) => n != null));
  return html`<section class="panel trend" aria-labelledby="trend-title" aria-busy=${!value}>
    <div class="list-head"><h2 id="trend-title">${t("trend_title")}</h2><${FigureChoice} id="trend-figure" form=${form} /></div>
    <ol class="quarters">${totals.map((n, i) => {
      const { period: quarter } = value.heads[i];
      const runs = quarter.to >= isoDay(localDay(Date.parse(value.as_of)));
      const name = nameOfHead(value.heads[i]);
      const said = n == null ? t("not_begun") : `${number(n)}${runs ? `, ${t("runs")}` : ""}`;
      return html`<li key=${quarter.from}><a href=${toQuarter(quarter)} aria-label=${`${name}: ${said}`}>
        <strong>${n == null ? "–" : number(n)}</strong><span class="track" aria-hidden="true"><i class=${runs ? "runs" : ""} style=${{ height: `${(100 * (n ?? 0)) / most}%` }}></i></span><small>${name}${runs && n != null ? " *" : ""}</small></a></li>`;
    })}</ol>
    ${totals.length > 0 && html`<p class="hint">${t("trend_told")}</p>`}
  </section>`;
}

// The same question of a quarter.
function toQuarter({ label, calendar }) {
  const { query } = route.get();
  const kept = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  const [year, part] = label.split("-");
  return link("figures", { ...kept, calendar, year, part, from: null, to: null });
}

// The first and the last day of eight quarters; the last is that of the period's end, or of today.
function spanOf(form, calendar) {
  const today = isoDay(localDay(now()));
  const end = form.calendar === "days" ? form.to : endOf(form);
  const [year, month, date] = (end < today ? end : today).split("-").map(Number);
  const months = year * 12 + month - 1 + (calendar === "nd09" && date >= 15 ? 1 : 0);
  const last = Math.floor(months / 3);
  const first = Math.max(last - QUARTERS + 1, 1990 * 4);
  return { from: startOf(first, calendar), to: dayBefore(startOf(last + 1, calendar)) };
}

// The last day of a named period.
function endOf({ calendar, year, part }) {
  const month = { year: 12, H1: 6, H2: 12, "9M": 9 }[part] ?? (part[0] === "Q" ? part[1] * 3 : Number(part));
  return calendar === "nd09" ? iso(Number(year), month - 1, 14) : iso(Number(year), month, 0);
}

const iso = (year, month, date) => new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
const startOf = (quarter, calendar) => (calendar === "nd09" ? iso(Math.floor(quarter / 4), (quarter % 4) * 3 - 1, 15) : iso(Math.floor(quarter / 4), (quarter % 4) * 3, 1));
const dayBefore = (day) => isoDay(Date.parse(day) / 86400e3 - 1);
