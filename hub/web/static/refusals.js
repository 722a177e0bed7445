// Refusals in the reader's language: of events and rows by code, of calls by title or status.
import { html } from "./lib/preact-htm.js";
import { day, instant, number } from "./format.js";
import { ask } from "./http.js";
import { language } from "./i18n.js";
import { enRefusals } from "./text_en_refusals.js";
import { viProblems, viStatuses } from "./text_vi_refusals.js";

// The table from which the hub, too, makes its texts: by code what it is called and what to do ("{told}" is what
// the hub's own message quotes), by code and place what more can be said. Until it is there the hub's words are shown.
let table = { codes: {}, places: {} };
// By the code of a sentence of the hub the same in Vietnamese, with "{name}" for its values.
let sentences = {};
export async function loadRefusals() {
  [table, sentences] = await Promise.all([ask("/static/refusals_vi.json"), ask("/static/says_vi.json")]);
}

const inVietnamese = () => language.get() === "vi";
const of = (table, name) => (Object.hasOwn(table, name) ? table[name] : null);

// What a code is called.
export const calledBy = (code) => (inVietnamese() ? of(table.codes, code)?.[0] : of(enRefusals, code)) ?? code;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

// A value of a sentence: another sentence, a moment, a number; years are no numbers to be grouped.
function shown(value) {
  if (value?.code) return inVietnam(value) ?? value.message;
  if (typeof value === "number") return value < 10000 ? String(value) : number(value);
  if (INSTANT.test(value)) return instant(value);
  return DAY.test(value) ? day(`${value}T00:00:00+07:00`) : value ?? "";
}

// A sentence of the hub (`says`) in Vietnamese; null where its code is of a newer hub.
function inVietnam({ code, values }) {
  return of(sentences, code)?.replace(/\{(\w+)\}/g, (_, name) => shown(values[name])) ?? null;
}

// What the hub tells, in the reader's language: `says` stands beside many of its texts.
export const worded = (message, says) => (inVietnamese() && says && inVietnam(says)) || message;
export function Worded({ message, says }) {
  const text = inVietnamese() ? says && inVietnam(says) : message;
  return text || html`<span lang="en">${message}</span>`;
}

// Why, in Vietnamese; null where the code is of a newer hub.
function inWords({ code, pointer, message, says }) {
  if (says) return inVietnam(says);
  const text = of(table.places, `${code} ${pointer}`) ?? of(table.codes, code)?.[1] ?? null;
  const quoted = (message.match(/[`'][^`']{1,64}[`']/g) ?? []).filter((one) => !["`map`", "`*`"].includes(one));
  return text?.replace("{told}", quoted.join(", ")) ?? null;
}

// A text of one error: where, why, what to do.
export const sentence = (error) => `${error.pointer || "/"} ${(inVietnamese() && inWords(error)) || error.message}`;

// The same without its place.
export const whyOf = (error) => (inVietnamese() && inWords(error)) || error.message;

export function Why({ error }) {
  const text = inVietnamese() ? inWords(error) : null;
  return html`<code>${error.pointer || "/"}</code> ${text ?? html`<span lang="en">${error.message}</span>`}`;
}

// Why a call was refused, in one text; places stay as the hub names them.
export function refusal(error) {
  if (!inVietnamese()) return error.message;
  const known = of(viProblems, error.title);
  const parts = [known ?? of(viStatuses, error.status)];
  const isQuestion = error.title === "wrong query parameter"; // its places are names
  parts.push(...error.errors.map((one) => (isQuestion ? `${one.pointer.slice(1)}: ${whyOf(one)}` : sentence(one))));
  if (!known && !error.errors.length) parts.push(error.message);
  return parts.filter(Boolean).join(" ");
}
