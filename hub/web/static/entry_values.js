// Values of indicators: as people here read them, and as they would type them.
import { number } from "./format.js";
import { t } from "./i18n.js";

export const YES_NO = { 1: "Có", 0: "Không" };

// A value as a person here reads it; "" for nothing.
export function shown(row, said) {
  if (!said || said.state === "not_provided") return "";
  if (said.status ?? (said.state === "not_applicable" && "not_applicable")) return t(`entry_${said.status ?? "not_applicable"}`);
  if ("date" in said) return said.date.split("-").reverse().join("/");
  if ("text" in said) return said.text;
  return row.kind === "yes_no" ? (YES_NO[said.value] ?? number(said.value)) : number(said.value) + (row.kind === "share" ? "%" : "");
}

// A value as it would be typed: a decimal comma, no groups; one with three decimals gets a fourth,
// as 2,738 may be meant as two thousand; a share up to one has its sign.
export function plainly(row, said) {
  if ("date" in said || "text" in said) return said.date ?? said.text;
  if (row.kind === "yes_no") return YES_NO[said.value] ?? "";
  const text = String(said.value).replace(".", ",");
  if (row.kind === "share") return said.value > 0 && said.value <= 1 ? `${text}%` : text;
  return /^-?\d{1,3},\d{3}$/.test(text) ? `${text}0` : text;
}
