// The button that keeps what is shown as a workbook, which the hub makes.
import { html, useState } from "./lib/preact-htm.js";
import { number } from "./format.js";
import { language, t } from "./i18n.js";
import { save } from "./saving.js";
import { explain } from "./ui.js";

export function SaveSheet({ path, params }) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const keep = async () => {
    setBusy(true);
    setSaid("");
    try {
      const { total, listed } = await save(path, { ...params, format: "xlsx", lang: language.get() }, "motcua.xlsx");
      if (listed < total) setSaid(t("sheet_cut", { n: number(listed), total: number(total) }));
    } catch (error) {
      setSaid(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return html`<span class="keep-sheet"><button onClick=${keep} disabled=${busy} aria-busy=${busy}>${t("sheet")}</button>
    <span role="status" class="said">${busy ? t("sheet_made") : said}</span></span>`;
}
