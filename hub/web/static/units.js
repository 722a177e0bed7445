// The units as a table: sortable, with bars and the last two weeks. Values change in place;
// rows change places only when asked to, or when nobody is there.
import { html, useEffect, useMemo, useState } from "./lib/preact-htm.js";
import { Bar, Spark } from "./chart.js";
import { Defined, ON_BOARD } from "./definitions.js";
import { t } from "./i18n.js";
import { inOrder } from "./format.js";
import { nameOf } from "./names.js";
import { Count, Empty, SortHeader, idle, usePrinting } from "./ui.js";
import { Rows } from "./window.js";

const COLUMNS = ["overdue_now", "due_today", "in_progress", "waiting", "received_today", "resolved_today"];
const AT_FIRST = 60;

export function UnitTable({ units, trend, chosen, onChoose }) {
  const [sort, setSort] = useState({ by: "overdue_now", down: true });
  const [round, setRound] = useState(0);
  const [all, setAll] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => idle() && setRound((n) => n + 1), 30e3);
    return () => clearInterval(timer);
  }, []);
  const codes = [...units.keys()].join(" ");
  const order = useMemo(() => sorted(units, sort), [sort, round, codes]);
  const most = Math.max(1, ...[...units.values()].map((row) => row.overdue_now));
  const shown = all ? order : order.slice(0, AT_FIRST);
  const printing = usePrinting();
  const draw = (code) => html`<${UnitRow} key=${code} row=${units.get(code)} line=${trend?.units.get(code)?.overdue} most=${most} chosen=${code === chosen} onChoose=${onChoose} />`;
  return html`<section class="panel units" aria-labelledby="units-title">
    <h2><span id="units-title">${t("by_unit")}</span> <${Defined} names=${ON_BOARD} of=${t("the_units")} /></h2>
    ${!units.size && html`<${Empty}>${t("no_units")}</${Empty}>`}
    ${units.size > 0 &&
    html`<div class="scroll ${all ? "tall" : ""}" tabindex="0" role="group" aria-labelledby="units-title"><table class="grid" aria-rowcount=${shown.length + 1}>
      <thead><tr>
        <${SortHeader} name="unit" sort=${sort} onSort=${setSort} kind="text">${t("unit")}</${SortHeader}>
        ${COLUMNS.map((name) => html`<${SortHeader} key=${name} name=${name} sort=${sort} onSort=${setSort} kind="number ${name}">${t(`col_${name}`)}</${SortHeader}>`)}
        <th scope="col" class="trend">${t("col_trend")}</th>
      </tr></thead>
      <${Rows} lines=${shown} draw=${draw} all=${printing} width=${COLUMNS.length + 2} />
    </table></div>`}
    ${order.length > shown.length && html`<button class="more" onClick=${() => setAll(true)}>${t("show_all_units", { n: order.length })}</button>`}
  </section>`;
}

function UnitRow({ row, line, most, chosen, onChoose }) {
  if (!row) return null;
  const values = line && [...line.slice(0, -1), row.overdue_now];
  return html`<tr class=${chosen ? "chosen" : ""}>
    <th scope="row">
      <button class="name" onClick=${() => onChoose(row.unit)} title=${t("show_only", { unit: row.unit })}>${row.name ?? nameOf("unit", row.unit)}</button>
      <span class="code">${row.unit}${row.registered === false ? html` <em>${t("not_registered")}</em>` : ""}</span>
    </th>
    <td class="number overdue_now ${row.overdue_now ? "bad" : "zero"}"><${Bar} parts=${[{ value: row.overdue_now, kind: "late" }]} most=${most} /><${Count} value=${row.overdue_now} /></td>
    ${COLUMNS.slice(1).map((name) => html`<td key=${name} class="number ${name} ${row[name] ? "" : "zero"}"><${Count} value=${row[name]} /></td>`)}
    <td class="trend">${values && html`<${Spark} values=${values} label=${t("trend_label", { values: values.join(", ") })} width=${90} height=${24} />`}</td>
  </tr>`;
}

function sorted(units, { by, down }) {
  const rows = [...units.values()];
  const sign = down ? -1 : 1;
  const compare =
    by === "unit"
      ? (a, b) => sign * inOrder(nameOf("unit", a.unit), nameOf("unit", b.unit))
      : (a, b) => sign * (a[by] - b[by]) || (a.unit < b.unit ? -1 : 1);
  return rows.sort(compare).map((row) => row.unit);
}
