// Numbers, days and durations as people here write them. Days are those of Viet Nam (+07:00).
import { locale, t } from "./i18n.js";
import { sorting } from "./slices.js";

const ZONE = "Asia/Ho_Chi_Minh";
const OFFSET = 7 * 3600e3;
const DAY = 86400e3;
const formats = new Map();

function format(kind, options) {
  const name = locale() + kind.name + JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new kind(locale(), options));
  return formats.get(name);
}

// The hub's clock as far as its answers tell: the browser's own may be wrong.
let skew = 0;
export function setClock(hubNow) {
  const found = hubNow - Date.now();
  skew = Math.abs(found) > 5000 ? found : 0;
}
export const now = () => Date.now() + skew;

export const number = (n) => format(Intl.NumberFormat, {}).format(n);
// A share to a tenth of a percent, half rounded away from zero: whole numbers, so that half is half.
export const share = (part, whole) => (Math.sign(part) * Math.floor((2000 * Math.abs(part) + whole) / (2 * whole))) / 1000;
export const percent = (part, whole) =>
  whole ? format(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 1 }).format(share(part, whole)) : "–";
// A number with its sign; as percent where it is a share.
export function signed(n, isShare = false) {
  const options = isShare ? { style: "percent", maximumFractionDigits: 1 } : {};
  return format(Intl.NumberFormat, { ...options, signDisplay: "exceptZero" }).format(n);
}

const moment = (options) => (at) =>
  at == null ? "–" : format(Intl.DateTimeFormat, { timeZone: ZONE, ...options }).format(at instanceof Date ? at : new Date(at));
const DMY = { day: "2-digit", month: "2-digit", year: "numeric" };
const HM = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
export const day = moment(DMY);
export const shortDay = moment({ day: "2-digit", month: "2-digit" });
export const clockTime = moment(HM);
export const clockSeconds = moment({ ...HM, second: "2-digit" });
export const longDay = moment({ weekday: "long", ...DMY });
export const instant = (at) => (at == null ? "–" : `${clockTime(at)} ${day(at)}`);

export const localDay = (ms) => Math.floor((ms + OFFSET) / DAY);
export const startOfDay = (dayNumber) => dayNumber * DAY - OFFSET;
export const isoDay = (dayNumber) => new Date(dayNumber * DAY).toISOString().slice(0, 10);
export const today = () => localDay(now());

// "3 ngày 4 giờ": the two largest parts; under a minute in seconds.
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return t("n_seconds", { n: seconds });
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const parts = d ? [["n_days", d], ["n_hours", h]] : [["n_hours", h], ["n_minutes", m]];
  return parts.filter(([, n]) => n).map(([name, n]) => t(name, { n: number(n) })).join(" ");
}

// The same in one part, for a column: from two hours on in hours, from two days on in days.
export function brief(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60e3));
  if (minutes < 120) return t("n_minutes", { n: minutes });
  return minutes < 2880 ? t("n_hours", { n: Math.floor(minutes / 60) }) : t("n_days", { n: number(Math.floor(minutes / 1440)) });
}

// Texts as Vietnamese dictionaries have them; made once, for it is dear.
const collated = new Intl.Collator("vi").compare;
let places = new Map();

// Many texts that will be compared often: their order is found once, slice by slice (slices.js).
export function* ordering(texts) {
  const sorted = yield* sorting([...new Set(texts)], collated);
  let place = 0;
  places = new Map(sorted.map((text, i) => [text, i && collated(sorted[i - 1], text) ? (place += 1) : place]));
}

export function inOrder(a, b) {
  const [x, y] = [places.get(a), places.get(b)];
  return x === undefined || y === undefined ? collated(a, b) : x - y;
}
