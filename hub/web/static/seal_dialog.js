// Sealing: what fails is waived with a reason, what was sealed before is superseded with one.
import { html, useState } from "./lib/preact-htm.js";
import { day, instant } from "./format.js";
import { call } from "./http.js";
import { has, t } from "./i18n.js";
import { failing } from "./report_checks.js";
import { nameOfPeriod } from "./report_sheet.js";
import { Dialog, explain } from "./ui.js";

const TITLES = [
  [/^sealed already/, "seal_refused_already"],
  [/^another seal/, "seal_refused_overtaken"],
  [/^checks fail/, "seal_refused_checks"],
];
const PLACES = [
  [/^\/period/, "seal_not_over"],
  [/^\/data_date/, "seal_data_date"],
  [/^\/unit/, "seal_refused_unit"],
  [/^\/waive\/\d+\/check/, "seal_refused_checks"],
  [/reason$/, "seal_refused_reason"],
];

// Why the hub did not seal, in the reader's words.
function inWords(error) {
  const found = (table, text) => table.find(([pattern]) => pattern.test(text))?.[1];
  if (error.status === 403) return t("seal_refused_right");
  const name = error.status === 409 ? found(TITLES, error.title) : error.errors.map(({ pointer }) => found(PLACES, pointer)).find(Boolean);
  return name ? t(name) : explain(error);
}

export function SealDialog({ report, params, made, before, onSealed, onClose }) {
  const [reasons, setReasons] = useState({});
  const [why, setWhy] = useState("");
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(null);
  const rules = failing(report, made);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setRefused("");
    // Each check that was seen is named, so that one of the same rule that fails since is not let pass.
    const waive = rules.flatMap(({ id, lines }) => lines.map(({ check }) => ({ check: check.id, reason: reasons[id].trim() })));
    const body = JSON.stringify({ waive, reason: why.trim() || null });
    try {
      // As known when it was made: what is sealed is what its reader sees.
      const asked = { ...params, as_of: report.as_of };
      const answer = await call(`/v1/reports/${encodeURIComponent(report.form)}/seal`, asked, { method: "POST", body, headers: { "Content-Type": "application/json" } });
      setDone({ seal: await answer.json(), name: answer.status === 201 ? "seal_done" : "seal_same" });
      onSealed();
    } catch (error) {
      setRefused(inWords(error));
      if (error.status === 409) onSealed(); // another seal may have come in between
    } finally {
      setBusy(false);
    }
  };
  if (done) {
    return html`<${Dialog} title=${t(done.name)} onClose=${onClose}>
      <p class="verdict ok" role="status">${t(`${done.name}_told`)} <strong class="seal-id">${done.seal.id}</strong></p>
      <${SealFacts} seal=${done.seal} />
    </${Dialog}>`;
  }
  return html`<${Dialog} title=${t("seal_title")} onClose=${onClose} wide>
    <p><strong>${report.title}</strong></p>
    <p>${report.unit_name || t("all_units")} · ${nameOfPeriod(report)} · ${t("as_of_told", { at: instant(report.as_of) })}${report.map ? ` · ${t("map_told", { day: day(report.map) })}` : ""}</p>
    ${report.map && html`<p class="hint">${t("seal_keeps_map")}</p>`}
    <p class="hint">${t("seal_for_ever")}</p>
    <form onSubmit=${send}>
      ${rules.length > 0 && html`<h3>${t("waive_title")}</h3><p class="hint">${t("waive_told")}</p>`}
      ${rules.map(({ id, lines }) => html`<fieldset key=${id} class="waiver"><legend><code>${id}</code></legend>
        <ul>${lines.map(({ check, told, place }) => html`<li key=${check.id}>${check.says}${place && ` (${place})`} <strong>${told}</strong></li>`)}</ul>
        <${Reason} id=${`waive-${id}`} label=${t("waive_reason")} value=${reasons[id] ?? ""} onInput=${(text) => setReasons((old) => ({ ...old, [id]: text }))} /></fieldset>`)}
      ${before && html`<h3>${t("supersede_title", { id: before.id })}</h3><p class="hint">${t("supersede_told")}</p>
        <${Reason} id="supersede" label=${t("seal_reason")} value=${why} onInput=${setWhy} />`}
      <p class="buttons"><button class="primary" disabled=${busy}>${t(busy ? "seal_busy" : "seal_now")}</button>
        <span class="said bad" role="alert">${refused}</span></p>
    </form>
  </${Dialog}>`;
}

// What the browser says of an empty field is in the reader's language, not in the browser's.
function Reason({ id, label, value, onInput }) {
  const typed = (event) => {
    event.target.setCustomValidity("");
    onInput(event.target.value);
  };
  return html`<label class="block" for=${id}>${label}</label>
    <input id=${id} class="reason" required pattern=".*\\S.*" maxlength="500" autocomplete="off" value=${value} onInvalid=${(event) => event.target.setCustomValidity(t("reason_missing"))} onInput=${typed} />`;
}

const whoOf = (by) => (has(`sealed_by_${by}`) ? t(`sealed_by_${by}`) : t("sealed_by_key", { key: by }));

export function SealFacts({ seal }) {
  return html`<dl class="facts">
    <dt>${t("sealed_at")}</dt><dd>${instant(seal.sealed_at)}, ${whoOf(seal.by)}</dd>
    <dt>${t("sealed_as_of")}</dt><dd>${instant(seal.as_of)}</dd>
    ${seal.map && html`<dt>${t("map")}</dt><dd>${seal.map_asked === "today" ? `${t("map_today")}, ` : ""}${t("map_told", { day: day(seal.map) })}</dd>`}
    <dt>SHA-256</dt><dd class="hash">${seal.sha256}</dd>
    ${seal.reason && html`<dt>${t("seal_reason")}</dt><dd>${seal.reason}</dd>`}
    ${seal.waived.length > 0 && html`<dt>${t("waived")}</dt><dd><ul>${seal.waived.map(({ check, reason }) => html`<li key=${check}><code>${check}</code> ${reason}</li>`)}</ul></dd>`}
  </dl>`;
}
