// Seals and refused events as lists with an address of their own, to be kept, sent and printed.
import { html } from "./lib/preact-htm.js";
import { instant } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Sheet } from "./list.js";
import { nameOf } from "./names.js";
import { calledBy, sentence } from "./refusals.js";
import { nameOfPeriod } from "./report_sheet.js";
import { SealFacts } from "./seal_dialog.js";

const PAGE = 200;
const pages = (path, params) => async (cursor) => ask(path, { ...params, limit: PAGE, cursor });

// One seal, or all of a form, a unit, a period; each with what it is known by.
export function Seals({ place, query }) {
  const [id] = place;
  const [form, unit, period] = ["form", "unit", "period"].map((name) => query.get(name));
  const read = pages("/v1/sealed", { form, unit, period });
  const page = async (cursor) => {
    const found = await read(cursor);
    if (!id) return found;
    const items = found.items.filter((seal) => seal.id === id);
    return items.length || !found.next ? { items, next: null } : page(found.next);
  };
  const about = {
    title: id ? t("seal_n", { id }) : t("seals"),
    facts: [[t("form"), form], [t("unit"), unit && nameOf("unit", unit)], [t("period_name"), period]],
    figures: [],
    columns: [
      ["seal_called", (seal) => html`<a href=${`#/seals/${encodeURIComponent(seal.id)}`}>${seal.id}</a><br />${t(seal.superseded_by ? "superseded_by" : "seal_holds", { id: seal.superseded_by })}`],
      ["view_reports", (seal) => html`${seal.title ?? seal.form}<br />${seal.unit ? nameOf("unit", seal.unit) : t("all_units")}, ${nameOfPeriod(seal)}<br />${t(`verdict_${seal.verdict}`)}`],
      ["seal_facts", (seal) => html`<${SealFacts} seal=${seal} />`],
    ],
    page,
  };
  return html`<${Sheet} query=${query} about=${about} />`;
}

// Refused events of a source, a reason, a file: why each was, and no value of any.
export function Letters({ query }) {
  const named = Object.fromEntries(["source", "reason", "file"].map((name) => [name, query.get(name)]));
  const about = {
    title: t("dead_letters"),
    facts: [[t("source"), named.source === "" ? t("no_source") : named.source], [t("letter_reason"), named.reason && calledBy(named.reason)], [t("letter_file"), named.file]],
    figures: [],
    columns: [
      ["letter_at", ({ last_seen }) => instant(last_seen)],
      ["source", ({ source }) => source ?? t("no_source")],
      ["letter_what", (letter) => [letter.row?.place, letter.event_id, letter.subject, letter.unit && nameOf("unit", letter.unit)].filter(Boolean).join(" · ") || t("unreadable")],
      ["letter_reason", ({ errors }) => errors.map((error) => html`<p>${sentence(error)}</p>`)],
    ],
    page: pages("/v1/dead-letters", named),
  };
  return html`<${Sheet} query=${query} about=${about} />`;
}
