// A new key: what it may do, of which units, until when; then its secret, this once.
import { html, useRef, useState } from "./lib/preact-htm.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { Choice, Dialog, explain } from "./ui.js";
import { UnitBox } from "./unit_box.js";

const ROLES = ["reader", "source", "admin"];

export function KeyForm({ onMade, onClose }) {
  const [form, setForm] = useState({ role: "reader", label: "", source: "", units: [], all: false, may_seal: false, expires: "" });
  const [said, setSaid] = useState("");
  const put = (values) => setForm((old) => ({ ...old, ...values }));
  const { role, units, all } = form;
  const make = async (event) => {
    event.preventDefault();
    if (role !== "admin" && !all && !units.length) return setSaid(t("key_no_units"));
    const body = JSON.stringify({
      role,
      label: form.label.trim(),
      ...(role === "source" ? { source: form.source.trim() } : {}),
      ...(role === "admin" ? {} : { units: all ? [] : units }),
      ...(role === "reader" ? { may_seal: form.may_seal } : {}),
      ...(form.expires ? { expires: form.expires } : {}),
    });
    return ask("/v1/keys", {}, { method: "POST", body, headers: { "Content-Type": "application/json" } }).then(onMade, (error) => setSaid(inWords(error)));
  };
  return html`<${Dialog} title=${t("key_new")} onClose=${onClose}>
    <form class="stacked" onSubmit=${make}>
      <label for="key-label">${t("key_label")}</label>
      <input id="key-label" value=${form.label} maxlength="500" required autocomplete="off" placeholder=${t("key_label_hint")} onInput=${(event) => put({ label: event.target.value })} />
      <${Choice} id="key-role" label=${t("key_role")} value=${role} onChange=${(value) => put({ role: value })} options=${ROLES.map((name) => [name, t(`role_${name}_told`)])} />
      ${role === "source" && html`<label for="key-source">${t("source_code")}</label>
        <input id="key-source" value=${form.source} required pattern="[!-~]{1,200}" maxlength="200" autocomplete="off" spellcheck="false" onInput=${(event) => put({ source: event.target.value })} />`}
      ${role !== "admin" && html`<label class="tick"><input type="checkbox" checked=${all} onChange=${(event) => put({ all: event.target.checked })} /> ${t("key_all_units")}</label>
        ${!all && html`<${UnitBox} id="key-unit" label=${t("key_units")} onChoose=${(code) => put({ units: [...new Set([...units, code])] })} />
        <p class="admin-chips">${units.map((code) => html`<span key=${code} class="chip">${nameOf("unit", code)} <button type="button" class="quiet" aria-label=${t("key_without", { unit: nameOf("unit", code) })} onClick=${() => put({ units: units.filter((one) => one !== code) })}>✕</button></span>`)}</p>`}`}
      ${role === "reader" && html`<label class="tick"><input type="checkbox" checked=${form.may_seal} onChange=${(event) => put({ may_seal: event.target.checked })} /> ${t("key_may_seal_told")}</label>`}
      <label for="key-expires">${t("key_expires_on")}</label>
      <input id="key-expires" type="date" value=${form.expires} aria-describedby="key-expires-note" onInput=${(event) => put({ expires: event.target.value })} />
      <p id="key-expires-note" class="hint">${t("key_expires_note")}</p>
      <p role="alert" class="said bad">${said}</p>
      <p class="buttons"><button class="primary">${t("key_make")}</button> <button type="button" onClick=${onClose}>${t("cancel")}</button></p>
    </form>
  </${Dialog}>`;
}

const inWords = (error) => (error.errors[0]?.pointer === "/expires" ? t("key_expires_wrong") : explain(error));

// The secret is in this dialog and nowhere else: who closes it cannot see it again.
export function Secret({ made, onClose }) {
  const box = useRef();
  const [said, setSaid] = useState("");
  const copy = async () => {
    box.current.select();
    try {
      await navigator.clipboard.writeText(made.key);
      setSaid(t("text_copied"));
    } catch {
      setSaid(t("copy_by_hand")); // without TLS browsers have no clipboard
    }
  };
  return html`<${Dialog} title=${t("key_made")} onClose=${onClose}>
    <p>${t("key_once")}</p>
    <label class="block" for="secret">${t("key_secret", { name: made.label || t("key_n", { n: made.id }) })}</label>
    <input id="secret" ref=${box} class="secret" readonly value=${made.key} autocomplete="off" spellcheck="false" />
    <p class="buttons"><button class="primary" onClick=${copy}>${t("copy_text")}</button> <button onClick=${onClose}>${t("key_noted")}</button> <span role="status" class="said">${said}</span></p>
  </${Dialog}>`;
}
