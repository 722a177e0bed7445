// Shortcuts for those who work by keys, and the sheet that lists them. Single letters may be turned
// off (WCAG 2.1.4), and none acts while somebody types.
import { html, useEffect, useRef } from "./lib/preact-htm.js";
import { t } from "./i18n.js";
import { link, route } from "./route.js";
import { createStore, remembered, useStore } from "./store.js";
import { Dialog, printAll } from "./ui.js";

const enabled = remembered("hub.keys", "on");

// After "g": which letter leads to which view; a view that the page does not have is left out.
const LETTERS = { board: "b", figures: "f", reports: "r", entry: "n", signals: "c", reconcile: "d", health: "h", admin: "a", terms: "t" };
const WAIT = 1500;
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const ROWS = ".dossiers tbody tr, .drill-list li, .grid tbody tr, .forms li, .letters li.group";

const top = () => [...document.querySelectorAll("dialog[open]")].at(-1);
const place = () => top() ?? document.getElementById("main");
const letterOf = ({ key, code }) => (key.length === 1 ? key : code.replace(/^Key/, "").toLowerCase()); // some input methods tell no key

function search() {
  const box = ["input[type=search]", ".unit-box input"].map((one) => place()?.querySelector(one)).find(Boolean);
  if (box) box.focus();
  else if (!top()) location.hash = link("board");
}

function move(by) {
  const rows = [...(place()?.querySelectorAll(ROWS) ?? [])].map((row) => row.querySelector("button, a")).filter(Boolean);
  if (!rows.length) return;
  const at = rows.findIndex((one) => one.closest("tr, li") === document.activeElement?.closest("tr, li"));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next.focus({ preventScroll: true });
  next.closest("tr, li").scrollIntoView({ block: "nearest" });
}

function printIt() {
  const own = place()?.querySelector("[data-print]:not(:disabled)");
  if (own) own.click();
  else if (!top()) printAll();
}

const help = createStore(false);

export function HelpButton() {
  return html`<button class="quiet" aria-label=${t("help")} title=${t("help")} onClick=${() => help.set(true)}><span aria-hidden="true">?</span></button>`;
}

// Follows the keys as long as the office is open, and shows the sheet while it is asked for.
export function Keys({ views }) {
  const open = useStore(help);
  const going = useRef(0);
  useEffect(() => {
    const acts = { "?": () => help.set(true), "/": search, j: () => move(1), k: () => move(-1), p: printIt };
    const press = (event) => {
      if (enabled.get() !== "on" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.target.closest?.(FIELDS)) return;
      const letter = letterOf(event);
      const wanted = event.timeStamp - going.current < WAIT && Object.keys(LETTERS).find((name) => views.includes(name) && LETTERS[name] === letter);
      going.current = letter === "g" && !top() ? event.timeStamp : 0;
      if (wanted) {
        const { query } = route.get();
        location.hash = link(wanted, { unit: query.get("unit") });
      } else if (Object.hasOwn(acts, letter) && (letter !== "?" || !top())) acts[letter]();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return open && html`<${Sheet} views=${views} onClose=${() => help.set(false)} />`;
}

function Sheet({ views, onClose }) {
  const on = useStore(enabled) === "on";
  const row = (keys, text) => html`<tr><th scope="row">${keys.map((key) => html`<kbd key=${key}>${key}</kbd> `)}</th><td>${text}</td></tr>`;
  return html`<${Dialog} title=${t("help")} onClose=${onClose}>
    <p class="help-links"><a href=${link("terms")} onClick=${onClose}>${t("all_definitions")}</a><a href="docs">${t("docs_link")}</a></p>
    <table class="grid keys"><caption>${t("keys_title")}</caption><tbody>
      ${row(["?"], t("key_help"))}${row(["/"], t("key_search"))}
      ${Object.entries(LETTERS).map(([name, letter]) => views.includes(name) && row(["g", letter], t(name === "terms" ? "all_definitions" : `view_${name}`)))}
      ${row(["j", "k"], t("key_rows"))}${row(["Enter"], t("key_open"))}${row(["Esc"], t("key_close"))}${row(["p"], t("key_print"))}
    </tbody></table>
    <label class="check"><input type="checkbox" checked=${on} onChange=${(event) => enabled.set(event.target.checked ? "on" : "off")} /> ${t("keys_on")}</label>
  </${Dialog}>`;
}
