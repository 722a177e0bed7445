// What is doubtful about a typed value, while it is typed; the hub has the last word, by the same codes.
import { has, language, t } from "./i18n.js";
import { whyOf } from "./refusals.js";

const GROUPED = /^-?\d{1,3}([.,'’ \u00a0\u202f]\d{3})+([.,]\d+)?$/;
const NUMBER = /^-?\d+([.,]\d+)?$/;

// What the hub found, in the reader's language; in that of the hub where its code is of a newer one.
export const inWordsOf = (fault) => (language.get() === "vi" && has(`fault_${fault.code}`) ? t(`fault_${fault.code}`) : whyOf(fault));

// The words of the first doubt; "" where there is none.
export function doubt(row, draft) {
  const text = (draft.value ?? "").trim();
  if (!text) return draft.evidence || draft.note ? t("fault_no-value") : "";
  const code = of(row.kind, text);
  return code ? t(`fault_${code}`) : "";
}

function of(kind, text) {
  if (kind === "share") return share(text);
  if (kind !== "count" && kind !== "amount") return kind === "any" && GROUPED.test(text) ? "grouped" : null;
  if (GROUPED.test(text)) return "grouped";
  if (!NUMBER.test(text)) return "not-a-number";
  if (kind === "amount") return null;
  if (text.startsWith("-")) return "negative";
  return /^\d+([.,]0+)?$/.test(text) ? null : "not-whole";
}

function share(text) {
  const isPercent = text.endsWith("%");
  const plain = text.replace(/\s*%$/, "");
  if (!NUMBER.test(plain)) return "not-a-number";
  const found = Number(plain.replace(",", "."));
  if (found < 0 || found > 100) return "share-range";
  return found > 0 && found <= 1 && !isPercent ? "share-fraction" : null;
}
