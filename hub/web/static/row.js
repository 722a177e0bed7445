// One dossier in a list: its code, what it is about, where it lies, since or until when.
import { Component, html } from "./lib/preact-htm.js";
import { brief, clockTime, day, localDay, now } from "./format.js";
import { language, t } from "./i18n.js";
import { nameOf, names } from "./names.js";

// Drawn again only when what it says changes: a thousand rows stay smooth.
export class DossierRow extends Component {
  shouldComponentUpdate(next) {
    const before = this.said;
    return next.row !== this.props.row || next.gone !== this.props.gone || before !== said(next);
  }

  render({ row, gone, soon, onOpen }) {
    this.said = said(this.props);
    const late = lateness(row, soon);
    return html`<tr role="row" class="${gone ? "gone" : ""} ${late.kind}">
      <td role="cell" class="code"><button class="link" onClick=${() => onOpen({ unit: row.unit, subject: row.subject })}>${row.subject}</button>
        ${row.waiting && html`<span class="tag waiting">${t("waiting")}</span>`}${gone && html`<span class="tag">${t("gone")}</span>`}</td>
      <td role="cell" class="what"><span>${nameOf("procedure", row.procedure)}</span>${row.field && html`<small>${nameOf("field", row.field)}</small>`}</td>
      <td role="cell" class="where"><span>${nameOf("unit", row.unit)}</span></td>
      <td role="cell" class="due"><span>${day(row.due_at)}</span> <small>${clockTime(row.due_at)}</small></td>
      <td role="cell" class="late"><strong>${late.text}</strong></td>
    </tr>`;
  }
}

// What of a row depends on the moment, the language and the registered names.
const said = ({ row, soon }) => `${lateness(row, soon).text} ${language.get()} ${names.get().units.length}`;

export function lateness(row, soon) {
  const at = now();
  if (soon) {
    const left = Date.parse(row.deadline) - at;
    return left > 0
      ? { kind: left < 7200e3 ? "soonest" : "soon", text: brief(left) }
      : { kind: "week", text: t("passed") };
  }
  const days = localDay(at) - localDay(Date.parse(row.due_at));
  const since = row.deadline ? at - Date.parse(row.deadline) : row.overdue_seconds * 1000;
  return { kind: days >= 7 ? "week" : days >= 1 ? "days" : "hours", text: days >= 1 ? t("n_days", { n: days }) : brief(since) };
}
