// One dossier in a list: its code, what it is about, where it lies, since or until when.
import { Component, html } from "./lib/preact-htm.js";
import { brief, clockTime, day, localDay, now } from "./format.js";
import { language, t } from "./i18n.js";
import { nameOf, names } from "./names.js";

// Drawn again only when what it says changes.
export class DossierRow extends Component {
  shouldComponentUpdate(next) {
    const before = this.said;
    return next.row !== this.props.row || next.gone !== this.props.gone || before !== said(next);
  }

  render({ row, gone, list, onOpen }) {
    this.said = said(this.props);
    const late = lateness(row, list);
    const due = row.due_at ?? row.advisory.due_at;
    const clock = row.advisory?.basis !== "day" && clockTime(due);
    return html`<tr role="row" class="${gone ? "gone" : ""} ${late.kind}">
      <td role="cell" class="code"><button class="link" onClick=${() => onOpen({ unit: row.unit, subject: row.subject })}>${row.subject}</button>
        ${row.waiting && html`<span class="tag waiting">${t("waiting")}</span>`}${gone && html`<span class="tag">${t("gone")}</span>`}</td>
      <td role="cell" class="what" title=${nameOf("procedure", row.procedure)}><span>${nameOf("procedure", row.procedure)}</span>${row.field && html`<small>${nameOf("field", row.field)}</small>`}</td>
      <td role="cell" class="where"><span>${nameOf("unit", row.unit)}</span></td>
      <td role="cell" class="due"><span>${day(due)}</span> <small>${clock} ${row.advisory && t("advisory")}</small></td>
      <td role="cell" class="late"><strong>${late.text}</strong></td>
    </tr>`;
  }
}

// What of a row depends on the moment, the language and the registered names.
const said = ({ row, list }) => `${lateness(row, list).text} ${language.get()} ${names.get().units.length}`;

export function lateness(row, list) {
  const at = now();
  if (list === "undated") {
    const { due_at, deadline } = row.advisory;
    const left = Date.parse(deadline) - at;
    return { kind: "advised", text: left < 0 ? t("past_by", { long: since(due_at, -left, at) }) : t("still", { long: brief(left) }) };
  }
  if (list !== "overdue") {
    const left = Date.parse(row.deadline) - at;
    return left > 0
      ? { kind: left < 7200e3 ? "soonest" : "soon", text: brief(left) }
      : { kind: "week", text: t("passed") };
  }
  const days = daysAfter(row.due_at, at);
  const late = row.deadline ? at - Date.parse(row.deadline) : row.overdue_seconds * 1000;
  return { kind: days >= 7 ? "week" : days >= 1 ? "days" : "hours", text: since(row.due_at, late, at) };
}

const daysAfter = (due, at) => localDay(at) - localDay(Date.parse(due));
const since = (due, ms, at) => (daysAfter(due, at) >= 1 ? t("n_days", { n: daysAfter(due, at) }) : brief(ms));
