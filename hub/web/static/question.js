// The form of the figures: units, period, calendar, dimensions, as known when.
import { html, useRef } from "./lib/preact-htm.js";
import { DIMENSIONS, PARTS } from "./asking.js";
import { clockTime, isoDay, localDay, now } from "./format.js";
import { t } from "./i18n.js";
import { nameOf, names } from "./names.js";
import { amend } from "./route.js";
import { useStore } from "./store.js";
import { Choice } from "./ui.js";

export function Question({ form }) {
  const days = form.calendar === "days";
  return html`<section class="panel question" aria-label=${t("question")}>
    <${Units} form=${form} />
    <${Choice} id="calendar" label=${t("calendar")} value=${form.calendar} onChange=${(calendar) => amend({ calendar })} options=${["civil", "nd09", "days"].map((name) => [name, t(`calendar_${name}`)])} />
    ${days
      ? html`<${DayInput} name="from" form=${form} /><${DayInput} name="to" form=${form} />`
      : html`<label class="filter year"><span>${t("year")}</span>
            <input type="number" min="1990" max="2100" value=${form.year} onChange=${(event) => amend({ year: event.target.value })} /></label>
          <${Choice} id="part" label=${t("part")} value=${form.part} onChange=${(part) => amend({ part })} options=${PARTS.map((name) => [name, partName(name)])} />`}
    <${AsOf} form=${form} />
    <label class="filter check"><input type="checkbox" checked=${form.parts} onChange=${(event) => amend({ parts: event.target.checked ? "yes" : null })} /> ${t("with_parts")}</label>
    <fieldset class="filter dimensions"><legend>${t("by")}</legend>
      ${DIMENSIONS.map((name) => html`<label key=${name}><input type="checkbox" checked=${form.by.includes(name)} onChange=${(event) => turn(form, name, event.target.checked)} /> ${t(name)}</label>`)}
    </fieldset>
  </section>`;
}

const partName = (name) => (/^\d\d$/.test(name) ? t("month_n", { n: Number(name) }) : t(`part_${name}`));

const turn = (form, name, on) =>
  // An empty list must stay in the address: without "by" the page asks by unit.
  amend({ by: (on ? [...form.by, name] : form.by.filter((one) => one !== name)).join(",") || "none" });

function DayInput({ name, form }) {
  return html`<label class="filter"><span>${t(name)}</span>
    <input type="date" value=${form[name]} onChange=${(event) => event.target.value && amend({ [name]: event.target.value })} /></label>`;
}

// Registered units by code; several may be chosen.
function Units({ form }) {
  const { units } = useStore(names);
  const input = useRef();
  const add = () => {
    const code = input.current.value.trim();
    if (!units.some((row) => row.code === code)) return;
    input.current.value = "";
    amend({ unit: [...new Set([...form.units, code])] });
  };
  return html`<div class="filter chosen-units">
    <label for="add-unit"><span>${t("units")}</span></label>
    <input id="add-unit" ref=${input} list="figure-units" onChange=${add} onInput=${add} placeholder=${form.units.length ? t("add_unit") : t("all_units")} autocomplete="off" spellcheck="false" />
    <datalist id="figure-units">${units.map((row) => html`<option key=${row.code} value=${row.code}>${row.name}</option>`)}</datalist>
    ${form.units.map((code) => html`<span class="chip" key=${code}>${nameOf("unit", code)}
      <button class="quiet" aria-label=${t("remove_unit", { unit: nameOf("unit", code) })} onClick=${() => amend({ unit: form.units.filter((one) => one !== code) })}>✕</button></span>`)}
    ${form.units.length > 0 && html`<label class="check"><input type="checkbox" checked=${form.subtree} onChange=${(event) => amend({ subtree: event.target.checked ? null : "no" })} /> ${t("with_below")}</label>`}
  </div>`;
}

// Figures as they were known at a moment; empty means now.
function AsOf({ form }) {
  const set = (event) => amend({ as_of: event.target.value || null });
  const present = `${isoDay(localDay(now()))}T${clockTime(now())}`;
  return html`<label class="filter as-of-input"><span>${t("as_of")}</span>
    <input type="datetime-local" max=${present} value=${form.asOf} onChange=${set} /></label>`;
}
