// The box in which a unit is chosen: search by code or name, by mouse or keys (ARIA combobox).
import { html, useEffect, useMemo, useRef, useState } from "./lib/preact-htm.js";
import { fitting, meant } from "./finding.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { names, nameOf } from "./names.js";
import { remembered, useStore } from "./store.js";
import { toast } from "./toast.js";

const AT_MOST = 60;

// "My unit", remembered on this machine; "" for none.
export const mine = remembered("hub.unit", "");

// `chosen`: a code, or "" where the box only adds; `problem`: what is wrong with the choice.
export function UnitBox({ id, label, chosen = "", placeholder, onChoose, problem }) {
  const { units } = useStore(names);
  const own = useStore(mine);
  const [text, setText] = useState(null); // null: nothing is being typed
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const list = useRef();
  useEffect(() => {
    if (!open) setText(null); // what somebody is typing is theirs, whatever the page chooses meanwhile
  }, [chosen]);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at, open]);
  const found = useMemo(() => offered(units, text ?? "", own), [units, text, own]);
  const shown = found.slice(0, AT_MOST);
  const none = Boolean(text?.trim()) && found.length === 0;
  const choose = (row) => {
    setText(null);
    setOpen(false);
    onChoose(row.code);
  };
  const type = (event) => {
    const typed = event.target.value;
    const one = meant(units, typed);
    if (one) {
      choose(one);
      return;
    }
    setText(typed);
    setAt(0);
    setOpen(true);
  };
  const press = (event) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      if (open) setAt((old) => (old + (key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length));
    } else if (key === "Enter") {
      event.preventDefault();
      if (open && shown[at]) choose(shown[at]);
    } else if (key === "Escape" && (open || text !== null)) {
      event.preventDefault(); // or it would close a dialog, too
      setOpen(false);
      setText(null);
    }
  };
  const leave = () => {
    setOpen(false);
    if (text?.trim() && found.length === 1) choose(found[0]);
    else if (!text?.trim()) setText(null);
  };
  const said = none ? t("unit_none") : text && !open ? t("unit_choose") : problem;
  const value = text ?? (chosen && nameOf("unit", chosen));
  return html`<div class="unit-box">
    <label for=${id}>${label}</label>
    <input id=${id} role="combobox" aria-autocomplete="list" aria-expanded=${open && shown.length > 0} aria-controls="${id}-list"
      aria-activedescendant=${open && shown[at] ? `${id}-${at}` : null} aria-invalid=${said ? "true" : null} aria-describedby="${id}-said"
      value=${value} placeholder=${placeholder ?? t("unit_hint")} autocomplete="off" spellcheck="false" maxlength="200"
      onInput=${type} onKeyDown=${press} onFocus=${(event) => event.target.select()} onClick=${() => setOpen(true)} onBlur=${leave} />
    ${open && shown.length > 0 &&
    html`<div class="options"><ul id="${id}-list" role="listbox" aria-label=${t("unit_list")} ref=${list}>
      ${shown.map((row, index) => html`<li key=${row.code} id="${id}-${index}" role="option" aria-selected=${index === at}
        onMouseDown=${stay} onClick=${() => choose(row)}>
        <span>${row.code === own && html`<b class="mine" aria-hidden="true">★</b> `}${row.name}</span> <small>${row.code}${row.code === own ? ` · ${t("my_unit")}` : ""}</small></li>`)}
    </ul>${found.length > shown.length && html`<p class="hint">${t("more_units", { n: number(found.length - shown.length) })}</p>`}</div>`}
    <span id="${id}-said" class="said bad" role="alert">${said}</span>
  </div>`;
}

// A press of the mouse must not take the focus away before its click is told.
const stay = (event) => event.preventDefault();

// All that fit; where nothing is typed, my unit before the others.
function offered(units, text, own) {
  const found = fitting(units, text);
  const first = text ? null : found.find((row) => row.code === own);
  return first ? [first, ...found.filter((row) => row !== first)] : found;
}

// Makes a unit mine, or not mine any more.
export function MyUnit({ unit, brief = false }) {
  const own = useStore(mine);
  const on = own === unit;
  const turn = () => {
    mine.set(on ? "" : unit);
    toast(t(on ? "my_unit_forgotten" : "my_unit_kept", { unit: nameOf("unit", unit) }));
  };
  return html`<button class="quiet star" aria-pressed=${on} title=${t("my_unit_note")} onClick=${turn}><span aria-hidden="true">${on ? "★" : "☆"}</span> <span class=${brief ? "hidden" : ""}>${t("my_unit")}</span></button>`;
}
