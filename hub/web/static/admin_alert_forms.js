// A rule or a target of alerts, filled in and kept in the registry; what is wrong is said at its field.
import { html, useEffect, useState } from "./lib/preact-htm.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { whyOf } from "./refusals.js";
import { Choice, Dialog, explain } from "./ui.js";
import { UnitBox } from "./unit_box.js";

const WHENS = ["dossier_overdue", "dossier_due_soon", "overdue_count", "silent_source", "dead_letters"];
const COUNTED = ["overdue_count", "dead_letters"];
export const OF_NO_UNIT = ["silent_source", "dead_letters"];
const NAME = /^[\p{L}\p{N}][^/]{0,59}$/u; // what can stand in an address; the hub asks for the same

export const pathOf = (kind, name) => `/v1/alerts/${kind}/${encodeURIComponent(name)}`;

// What is wrong, by field ("" where it is none's), and how to keep: a new one takes no name that is there.
function useKeeping(kind, taken, onDone) {
  const [faults, setFaults] = useState({});
  useEffect(() => {
    if (Object.keys(faults).length) document.querySelector("dialog [aria-invalid=true]")?.focus();
  }, [faults]);
  const keep = async (name, body) => {
    if (!NAME.test(name)) return setFaults({ name: t("alert_name_wrong") });
    if (taken.includes(name)) return setFaults({ name: t("alert_name_taken") });
    try {
      await ask(pathOf(kind, name), {}, { method: "PUT", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    } catch (error) {
      const known = [409, 422].includes(error.status) && error.errors.length;
      return setFaults(known ? Object.fromEntries(error.errors.map((one) => [one.pointer.split("/")[1], whyOf(one)])) : { "": explain(error) });
    }
    return onDone();
  };
  return [faults, keep, setFaults];
}

function Field({ id, label, fault, hint, ...given }) {
  return html`<label for=${id}>${label}</label>
    <input id=${id} autocomplete="off" spellcheck="false" aria-invalid=${fault ? "true" : null} aria-describedby="${id}-told" ...${given} />
    <p id="${id}-told" class="hint"><span role="alert" class="said bad">${fault}</span> ${hint}</p>`;
}

function Buttons({ faults, fields, onClose }) {
  const rest = Object.entries(faults).filter(([name]) => !fields.includes(name));
  return html`<p role="alert" class="said bad">${rest.map(([name, text]) => (name ? `${name}: ${text}` : text)).join(" ")}</p>
    <p class="buttons"><button class="primary">${t("alert_keep")}</button> <button type="button" onClick=${onClose}>${t("cancel")}</button></p>`;
}

// `row`: the rule that is changed; none for a new one.
export function RuleForm({ row, taken, targets, onDone, onClose }) {
  const [form, setForm] = useState({ name: "", when: WHENS[0], at_least: 1, hours: 24, group_minutes: 0, working_hours_only: false, targets: [], unit: null, ...row, all: !row?.unit });
  const [faults, keep, setFaults] = useKeeping("rules", row ? [] : taken, onDone);
  const put = (values) => {
    setForm((old) => ({ ...old, ...values }));
    setFaults({});
  };
  const number = (name) => ({ id: `alert-${name}`, label: t(`alert_field_${name}`), fault: faults[name], type: "number", step: "1", required: true, value: form[name], onInput: (event) => put({ [name]: event.target.valueAsNumber }) });
  const ofUnits = !OF_NO_UNIT.includes(form.when);
  const send = (event) => {
    event.preventDefault();
    if (ofUnits && !form.all && !form.unit) return setFaults({ unit: t("alert_no_unit") });
    if (!form.targets.length) return setFaults({ targets: t("alert_no_target") });
    const { when, at_least, hours, group_minutes, working_hours_only } = form;
    return keep(form.name.trim(), { when, targets: form.targets, unit: ofUnits && !form.all ? form.unit : null, at_least, hours, group_minutes, working_hours_only });
  };
  const turn = (name, on) => put({ targets: on ? [...form.targets, name] : form.targets.filter((one) => one !== name) });
  const offered = [...new Set([...targets, ...form.targets])]; // a target that is gone can be taken out
  return html`<${Dialog} title=${t(row ? "alert_rule_change" : "alert_rule_new")} onClose=${onClose}>
    <form class="stacked" onSubmit=${send}>
      <${Field} id="alert-name" label=${t("column_name")} fault=${faults.name} value=${form.name} readonly=${Boolean(row)} required maxlength="60" onInput=${(event) => put({ name: event.target.value })} />
      <${Choice} id="alert-when" label=${t("alert_when")} value=${form.when} onChange=${(when) => put({ when })} options=${WHENS.map((when) => [when, t(`alert_${when}`, { n: form.at_least || "…", hours: form.hours || "…" })])} />
      ${COUNTED.includes(form.when) && html`<${Field} ...${number("at_least")} min="1" />`}
      ${form.when === "dossier_due_soon" && html`<${Field} ...${number("hours")} min="1" max="8784" />`}
      ${ofUnits && html`<label class="tick"><input type="checkbox" checked=${form.all} onChange=${(event) => put({ all: event.target.checked })} /> ${t("key_all_units")}</label>
        ${!form.all && html`<${UnitBox} id="alert-unit" label=${t("alert_unit")} chosen=${form.unit ?? ""} onChoose=${(unit) => put({ unit })} problem=${faults.unit} />`}`}
      <fieldset class="alert-targets" aria-describedby="alert-targets-told"><legend>${t("alert_targets")}</legend>
        ${offered.map((name) => html`<label key=${name} class="tick"><input type="checkbox" checked=${form.targets.includes(name)} onChange=${(event) => turn(name, event.target.checked)} /> ${name}</label>`)}
        <p id="alert-targets-told" role="alert" class="said bad">${faults.targets}</p></fieldset>
      <${Field} ...${number("group_minutes")} min="0" max="1440" />
      <label class="tick"><input type="checkbox" checked=${form.working_hours_only} onChange=${(event) => put({ working_hours_only: event.target.checked })} /> ${t("alert_working_hours_only")}</label>
      <${Buttons} faults=${faults} fields=${["name", "unit", "targets", "group_minutes", ...(COUNTED.includes(form.when) ? ["at_least"] : []), ...(form.when === "dossier_due_soon" ? ["hours"] : [])]} onClose=${onClose} />
    </form>
  </${Dialog}>`;
}

export function TargetForm({ row, taken, onDone, onClose }) {
  const [form, setForm] = useState({ name: "", kind: "webhook", url: "", secret: "", ...row });
  const [faults, keep, setFaults] = useKeeping("targets", row ? [] : taken, onDone);
  const put = (values) => {
    setForm((old) => ({ ...old, ...values }));
    setFaults({});
  };
  const text = (name) => ({ id: `alert-${name}`, fault: faults[name], value: form[name], onInput: (event) => put({ [name]: event.target.value }) });
  const { kind } = form;
  const send = (event) => {
    event.preventDefault();
    return keep(form.name.trim(), { kind, url: form.url.trim(), secret: kind === "webhook" ? form.secret.trim() : "" });
  };
  return html`<${Dialog} title=${t(row ? "alert_target_change" : "alert_target_new")} onClose=${onClose}>
    <form class="stacked" onSubmit=${send}>
      <${Field} ...${text("name")} label=${t("column_name")} readonly=${Boolean(row)} required maxlength="60" />
      <${Choice} id="alert-kind" label=${t("column_kind")} value=${kind} onChange=${(chosen) => put({ kind: chosen })} options=${["webhook", "apprise"].map((name) => [name, t(`alert_kind_${name}`)])} />
      <${Field} ...${text("url")} label=${t("alert_url")} hint=${t(`alert_url_${kind}`)} required maxlength="500" />
      ${kind === "webhook" && html`<${Field} ...${text("secret")} label=${t("alert_secret")} hint=${t("alert_secret_hint")} maxlength="500" />`}
      <${Buttons} faults=${faults} fields=${["name", "url", ...(kind === "webhook" ? ["secret"] : [])]} onClose=${onClose} />
    </form>
  </${Dialog}>`;
}
