// Files that the hub makes, kept where the browser keeps downloads.
import { call } from "./http.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

// Asks and keeps the answer under the hub's name for it, else under `name`; a toast says so. Tells how
// many rows there are, and how many of them the file has.
export async function save(path, params, name, options) {
  const response = await call(path, params, options);
  keep(await response.blob(), /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? name);
  return { total: Number(response.headers.get("Hub-Total")), listed: Number(response.headers.get("Hub-Listed")) };
}

export function keep(blob, name) {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  toast(t("file_saved", { name: anchor.download }));
  setTimeout(() => URL.revokeObjectURL(url), 10e3);
}
