// A link for a screen on the wall. It carries a key only if that key can read and nothing else:
// a reader's own, or one that an administrator makes for it here.
import { html, useState } from "./lib/preact-htm.js";
import { ask, hasKey, keyForLink } from "./http.js";
import { t } from "./i18n.js";
import { nameOf } from "./names.js";
import { useRights } from "./rights.js";
import { link } from "./route.js";
import { toast } from "./toast.js";
import { Dialog, explain } from "./ui.js";

const YEAR = 365;

export function WallLink({ unit }) {
  const [open, setOpen] = useState(false);
  return html`<button class="quiet wall-link" onClick=${() => setOpen(true)}>${t("wall_link")}</button>
    ${open && html`<${Dialog} title=${t("wall_link")} onClose=${() => setOpen(false)}><${Made} unit=${unit} /></${Dialog}>`}`;
}

const address = (unit, key) => `${location.origin}${location.pathname}${link("board", { unit, wall: "yes", key })}`;
const named = (units) => (units?.length ? units.map((code) => nameOf("unit", code)).join(", ") : t("all_units"));

function Made({ unit }) {
  const rights = useRights();
  const [secret, setSecret] = useState(null);
  const [busy, setBusy] = useState(false);
  if (!hasKey()) return html`<p>${t("wall_open")}</p><${Address} text=${address(unit)} />`;
  if (rights.role === "reader" && !rights.may_seal) return html`<p>${t("wall_reader", { units: named(rights.units) })}</p><${Address} text=${address(unit, keyForLink())} />`;
  if (rights.role !== "admin") return html`<p>${t("wall_not_yours")}</p>`;
  const make = async () => {
    setBusy(true);
    try {
      const expires = new Date(Date.now() + YEAR * 86400e3).toISOString().slice(0, 10);
      const made = await ask("/v1/keys", {}, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ role: "reader", units: unit ? [unit] : [], label: `wall ${unit}`.trim(), expires }) });
      setSecret(made.key);
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setBusy(false);
    }
  };
  return html`<p>${t("wall_admin", { units: named(unit ? [unit] : []) })}</p>
    ${secret ? html`<${Address} text=${address(unit, secret)} />` : html`<button class="primary" disabled=${busy} onClick=${make}>${t("wall_make")}</button>`}`;
}

function Address({ text }) {
  const copy = () => (navigator.clipboard ?? { writeText: () => Promise.reject() }).writeText(text).then(() => toast(t("link_copied")), () => toast(t("copy_by_hand"), "bad"));
  return html`<label class="block" for="wall-address">${t("wall_address")}</label>
    <textarea id="wall-address" readonly rows="3" onFocus=${(event) => event.target.select()}>${text}</textarea>
    <p class="buttons"><button class="primary" onClick=${copy}>${t("copy_link")}</button></p>`;
}
