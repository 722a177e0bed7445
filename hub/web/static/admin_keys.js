// Keys: what each may do, who used it last; made (its secret is shown this once), followed, revoked.
import { html, useState } from "./lib/preact-htm.js";
import { KeyForm, Secret } from "./admin_key_form.js";
import { Listing, Sure } from "./admin_table.js";
import { day, instant } from "./format.js";
import { ask } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { useOwnKey } from "./rights.js";
import { Dialog, explain, useAnswer } from "./ui.js";

export function Keys() {
  const answer = useAnswer((signal) => ask("/v1/keys", {}, { signal }), []);
  const [open, setOpen] = useState(null);
  const [all, setAll] = useState(false);
  const own = useOwnKey();
  const close = () => setOpen(null);
  const rows = answer.value?.keys.filter((row) => all || row.state === "valid").reverse();
  const ended = answer.value && answer.value.keys.some((row) => row.state !== "valid");
  const columns = [
    ["key_label", (row) => html`${row.label || t("key_n", { n: row.id })}<span class="code">${t("key_n", { n: row.id })}${row.id === own && html` · <em>${t("key_own")}</em>`}</span>`],
    ["key_role", (row) => html`${t(`role_${row.role}`)}${row.role === "reader" && row.may_seal && html`, ${t("key_may_seal")}`}${row.source && html`<span class="code">${row.source}</span>`}`],
    ["units", (row) => (row.units.length ? row.units.map((code) => nameOf("unit", code)).join(", ") : t("key_all_units"))],
    ["key_last_used", (row) => (row.last_used ? instant(row.last_used) : t("never"))],
    ["key_expires", (row) => (row.expires ? instant(row.expires) : t("key_never_expires"))],
    ["key_state", (row) => html`<span class="tag ${row.state === "valid" ? "ok" : "bad"}">${t(`key_${row.state}`)}</span>${row.revoked && html` <small>${day(row.revoked)}</small>`}`],
  ];
  const name = (row) => row.label || t("key_n", { n: row.id });
  const actions = (row) => row.state === "valid" && html`<button class="quiet" onClick=${() => setOpen({ what: "rotate", row })}>${t("key_rotate")}<span class="hidden"> ${name(row)}</span></button>
    <button class="quiet" onClick=${() => setOpen({ what: "revoke", row })}>${t("key_revoke")}<span class="hidden"> ${name(row)}</span></button>`;
  const made = (key) => {
    setOpen({ what: "secret", key });
    answer.reload();
  };
  return html`<${Listing} id="keys-list" title=${t("admin_keys")} hint=${t("keys_hint")} answer=${answer} rows=${rows} keyOf=${(row) => row.id} columns=${columns}
      words=${(row) => `${row.label} ${row.id} ${row.source ?? ""} ${row.units.map((code) => `${code} ${nameOf("unit", code)}`).join(" ")}`} actions=${actions}
      tools=${html`${ended && html`<label class="filter check"><input type="checkbox" checked=${all} onChange=${(event) => setAll(event.target.checked)} /> ${t("keys_ended")}</label>`}<button class="primary" onClick=${() => setOpen({ what: "new" })}>${t("key_new")}</button>`} />
    ${open?.what === "new" && html`<${KeyForm} onMade=${made} onClose=${close} />`}
    ${open?.what === "secret" && html`<${Secret} made=${open.key} onClose=${close} />`}
    ${open?.what === "rotate" && html`<${Rotate} row=${open.row} name=${name(open.row)} onMade=${made} onClose=${close} />`}
    ${open?.what === "revoke" && html`<${Revoke} row=${open.row} name=${name(open.row)} own=${open.row.id === own} onDone=${() => (close(), answer.reload())} onClose=${close} />`}`;
}

const why = (error) => (error.status === 409 ? t("key_last_admin") : explain(error));

function Revoke({ row, name, own, onDone, onClose }) {
  const [said, setSaid] = useState("");
  const revoke = () => ask(`/v1/keys/${row.id}`, {}, { method: "DELETE" }).then(onDone, (error) => setSaid(why(error)));
  return html`<${Dialog} title=${t("key_revoke_title", { name })} onClose=${onClose}>
    <${Sure} text=${t(own ? "key_revoke_own" : "key_revoke_text")} verb=${t("key_revoke")} onDo=${revoke} onClose=${onClose} said=${said} />
  </${Dialog}>`;
}

function Rotate({ row, name, onMade, onClose }) {
  const [days, setDays] = useState(14);
  const [said, setSaid] = useState("");
  const rotate = (event) => {
    event.preventDefault();
    const options = { method: "POST", body: JSON.stringify({ overlap_days: days }), headers: { "Content-Type": "application/json" } };
    ask(`/v1/keys/${row.id}/rotate`, {}, options).then(onMade, (error) => setSaid(why(error)));
  };
  return html`<${Dialog} title=${t("key_rotate_title", { name })} onClose=${onClose}>
    <form class="stacked" onSubmit=${rotate}><p>${t("key_rotate_text")}</p>
      <label for="overlap">${t("key_overlap")}</label>
      <input id="overlap" type="number" min="0" max="3650" step="1" required value=${days} onInput=${(event) => setDays(event.target.valueAsNumber)} />
      <p role="alert" class="said bad">${said}</p>
      <p class="buttons"><button class="primary">${t("key_rotate")}</button> <button type="button" onClick=${onClose}>${t("cancel")}</button></p>
    </form>
  </${Dialog}>`;
}
