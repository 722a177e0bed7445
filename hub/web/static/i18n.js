// Vietnamese first, English by a switch. A text that a language lacks is shown in Vietnamese.
import { remembered } from "./store.js";
import { en } from "./text_en.js";
import { enAround } from "./text_en_around.js";
import { enEntry } from "./text_en_entry.js";
import { enFigures } from "./text_en_figures.js";
import { enLetters } from "./text_en_letters.js";
import { enReconcile } from "./text_en_reconcile.js";
import { enReports } from "./text_en_reports.js";
import { enSeals } from "./text_en_seals.js";
import { enStated } from "./text_en_stated.js";
import { vi } from "./text_vi.js";
import { viAround } from "./text_vi_around.js";
import { viEntry } from "./text_vi_entry.js";
import { viFigures } from "./text_vi_figures.js";
import { viLetters } from "./text_vi_letters.js";
import { viReconcile } from "./text_vi_reconcile.js";
import { viReports } from "./text_vi_reports.js";
import { viSeals } from "./text_vi_seals.js";
import { viStated } from "./text_vi_stated.js";

// One line a part of the page, so that parts come and go by themselves.
const LANGUAGES = {
  vi: {
    ...vi,
    ...viAround,
    ...viEntry,
    ...viFigures,
    ...viLetters,
    ...viReconcile,
    ...viReports,
    ...viSeals,
    ...viStated,
  },
  en: {
    ...en,
    ...enAround,
    ...enEntry,
    ...enFigures,
    ...enLetters,
    ...enReconcile,
    ...enReports,
    ...enSeals,
    ...enStated,
  },
};
const kept = remembered("hub.language", "vi");
if (!Object.hasOwn(LANGUAGES, kept.get())) kept.set("vi");

// Texts of what is loaded when it is first looked at.
export function addTexts(vietnamese, english) {
  Object.assign(LANGUAGES.vi, vietnamese);
  Object.assign(LANGUAGES.en, english);
}

export const language = kept;
export const locale = () => (language.get() === "vi" ? "vi-VN" : "en-GB");

// `t("late_by", { n: 3 })`: "{n}" in the text becomes 3.
export function t(name, values = {}) {
  const text = LANGUAGES[language.get()][name] ?? LANGUAGES.vi[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const has = (name) => Object.hasOwn(LANGUAGES.vi, name);
