// Vietnamese first, English by a switch. A text that a language lacks is shown in Vietnamese.
import { remembered } from "./store.js";
import { en } from "./text_en.js";
import { enFigures } from "./text_en_figures.js";
import { vi } from "./text_vi.js";
import { viFigures } from "./text_vi_figures.js";

const LANGUAGES = { vi: { ...vi, ...viFigures }, en: { ...en, ...enFigures } };
const kept = remembered("hub.language", "vi");
if (!Object.hasOwn(LANGUAGES, kept.get())) kept.set("vi");

export const language = kept;
export const locale = () => (language.get() === "vi" ? "vi-VN" : "en-GB");

// `t("late_by", { n: 3 })`: "{n}" in the text becomes 3.
export function t(name, values = {}) {
  const text = LANGUAGES[language.get()][name] ?? LANGUAGES.vi[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const has = (name) => Object.hasOwn(LANGUAGES.vi, name);
