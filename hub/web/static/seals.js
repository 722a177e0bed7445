// The seals of a report: which there are, with their files, and the way to a new one.
import { html, useState } from "./lib/preact-htm.js";
import { isoDay, localDay } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { Restatement } from "./restatement.js";
import { useSealer } from "./rights.js";
import { amend, depth, step } from "./route.js";
import { save } from "./saving.js";
import { SealDialog, SealFacts } from "./seal_dialog.js";
import { Problem, useAnswer } from "./ui.js";

const FORMATS = ["xlsx", "docx", "csv", "json", "html"]; // the usual first

// All seals of one form, unit and period. A label such as 2020-Q1 is of several calendars, and days
// have none: the days themselves tell.
async function sealsOf(report, unit, signal) {
  const found = [];
  const asked = { form: report.form, unit: unit ?? "", period: report.period.label ?? "", limit: 200 };
  let cursor = null;
  do {
    const page = await ask("/v1/sealed", { ...asked, cursor }, { signal });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return found.filter(({ period }) => period.from === report.period.from && period.to === report.period.to);
}

// Whether a seal is by the same units as the report in view: as of today, of one day, or as registered.
const isSeenAlike = (report, asked) => (seal) => ((seal.map_asked === "today") === (asked === "today") && (asked === "today" || seal.map === (report.map ?? null)));

// Why nobody can seal this report yet, before the hub is asked; null where nothing is in the way.
function inTheWay(report) {
  if (isoDay(localDay(Date.parse(report.as_of))) <= report.period.to) return t("seal_not_over");
  if (report.data_date < report.period.to) return t("seal_data_date");
  return null;
}

const leave = () => (depth() ? history.back() : amend({ restated: null }));

export function Seals({ report, params, made, restated }) {
  const maySeal = useSealer();
  const [sealing, setSealing] = useState(false);
  const { value, error, reload } = useAnswer((signal) => sealsOf(report, params.unit, signal), [report]);
  const seals = (value ?? []).filter(isSeenAlike(report, params.map));
  const others = (value ?? []).length - seals.length;
  const before = seals.find((one) => !one.superseded_by) ?? null;
  const wrong = inTheWay(report);
  const shown = restated && seals.find((one) => one.id === restated);
  return html`<section class="panel seals" aria-labelledby="seals-title">
    <div class="seals-head">
      <h2 id="seals-title">${t("seals")}</h2>
      ${maySeal && html`<button class="primary" disabled=${wrong !== null || !value} aria-describedby=${wrong && "seal-wrong"} onClick=${() => setSealing(true)}>${t(before ? "seal_again" : "seal")}</button>`}
      ${maySeal && wrong && html`<span id="seal-wrong" class="said">${wrong}</span>`}
    </div>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${value && seals.length === 0 && html`<p class="hint">${t("no_seals")}</p>`}
    ${others > 0 && html`<p class="hint">${t("seals_other_map", { n: others })}</p>`}
    ${before && html`<${Seal} seal=${before} />`}
    ${seals.length > 1 && html`<details><summary>${t("seals_before", { n: seals.length - 1 })}</summary>
      ${seals.filter((one) => one !== before).map((seal) => html`<${Seal} key=${seal.id} seal=${seal} />`)}</details>`}
    ${sealing && html`<${SealDialog} report=${report} params=${params} made=${made} before=${before} onSealed=${reload} onClose=${() => setSealing(false)} />`}
    ${restated && value && html`<${Restatement} key=${restated} id=${restated} seal=${shown} report=${report} onClose=${leave} />`}
  </section>`;
}

function Seal({ seal }) {
  return html`<article class="seal ${seal.superseded_by ? "superseded" : ""}" aria-label=${t("seal_n", { id: seal.id })}>
    <p><strong class="seal-id">${seal.id}</strong>
      ${seal.superseded_by ? html` <span class="tag">${t("superseded_by", { id: seal.superseded_by })}</span>` : html` <span class="tag ok">${t("seal_holds")}</span>`}
      ${" "}<span>${t(`verdict_${seal.verdict}`)}</span></p>
    <${SealFacts} seal=${seal} />
    <${SealTools} seal=${seal} />
  </article>`;
}

function SealTools({ seal }) {
  const [said, setSaid] = useState(null);
  const get = async (format) => {
    setSaid({ text: t("file_made") });
    try {
      await save(`/v1/sealed/${encodeURIComponent(seal.id)}`, { format }, `${seal.form}-${seal.id}.${format}`);
      setSaid(null);
    } catch (error) {
      setSaid({ error, again: () => get(format) });
    }
  };
  const offered = [...FORMATS.filter((name) => name in seal.formats), "seal"];
  return html`<div class="tools">
    <a class="button" href=${`#/seals/${encodeURIComponent(seal.id)}`}>${t("own_page")}</a>
    <button class="compare" onClick=${() => step({ restated: seal.id })}>${t("restate")}</button>
    ${offered.map((format) => html`<button key=${format} onClick=${() => get(format)}>${t(`format_${format}`)}</button>`)}
    <span role="status" class="said">${said?.text}</span>
    ${said?.error && html`<${Problem} error=${said.error} retry=${said.again} />`}
  </div>`;
}
