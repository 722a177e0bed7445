// What narrows the figures, and the period that they stand beside.
import { html, useMemo } from "./lib/preact-htm.js";
import { NONE, PARTS } from "./asking.js";
import { AGAINST } from "./beside.js";
import { inOrder } from "./format.js";
import { t } from "./i18n.js";
import { nameOf, names } from "./names.js";
import { DayInput, partName } from "./question.js";
import { amend } from "./route.js";
import { useStore } from "./store.js";
import { Choice } from "./ui.js";

const CHANNELS = ["direct", "online", "post"];
const called = (name, code) => nameOf(name, code === NONE ? "" : code);

export function FigureFilters({ form }) {
  const known = useStore(names);
  const inOrderOf = (some) => [...some].sort((a, b) => inOrder(a[1], b[1]));
  const [field, procedure] = useMemo(() => [known.field, known.procedure].map(inOrderOf), [known]);
  const options = { field, procedure, channel: inOrderOf(CHANNELS.map((code) => [code, nameOf("channel", code)])) };
  return html`${Object.entries(options).map(([name, some]) => html`<${Narrow} key=${name} name=${name} chosen=${form[name]} options=${some} />`)}`;
}

// Any of several values; each choice adds one.
function Narrow({ name, chosen, options }) {
  const left = options.filter(([code]) => !chosen.includes(code));
  const none = chosen.includes(NONE) ? [] : [[NONE, t("none_given")]];
  const set = (codes) => amend({ [name]: codes });
  return html`<div class="narrow">
    <${Choice} id="narrow-${name}" label=${t(name)} value="*" onChange=${(code) => code !== "*" && set([...chosen, code])} options=${[["*", chosen.length ? t("add_value") : t("any")], ...left, ...none]} />
    ${chosen.map((code) => html`<span class="chip" key=${code}>${called(name, code)}
      <button class="quiet" aria-label=${t("remove_unit", { unit: called(name, code) })} onClick=${() => set(chosen.filter((one) => one !== code))}>✕</button></span>`)}
  </div>`;
}

// `other`: the form of the period beside; `said`: what is wrong with it.
export function BesideChoice({ form, other, said }) {
  return html`<${Choice} id="against" label=${t("against")} value=${form.against} onChange=${(against) => amend({ against })} options=${[["", t("against_none")], ...AGAINST.map((name) => [name, t(`against_${name}`)])]} />
    ${form.against === "other" &&
    (form.calendar === "days"
      ? html`<${DayInput} name="against_from" form=${{ against_from: other.from }} said=${said} /><${DayInput} name="against_to" form=${{ against_to: other.to }} />`
      : html`<label class="filter year"><span>${t("against_year")}</span>
          <input type="number" min="1990" max="2100" value=${other.year} onChange=${(event) => amend({ against_year: event.target.value })} /></label>
        <${Choice} id="against-part" label=${t("against_part")} value=${other.part} onChange=${(part) => amend({ against_part: part })} options=${PARTS.map((name) => [name, partName(name)])} />`)}`;
}
