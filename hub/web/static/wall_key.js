// A key that came in the address of a wall link: kept in this tab and taken out of the address,
// before anything else is read or sent. The part after "#" never leaves the browser.
const CAME = "hub.wall-key";
const [path, text] = location.hash.split(/\?(.*)/s);
const query = new URLSearchParams(text ?? "");

if (query.has("key")) {
  sessionStorage.setItem("hub.key", query.get("key"));
  sessionStorage.setItem(CAME, "yes");
  query.delete("key");
  history.replaceState(null, "", query.size ? `${path}?${query}` : path);
}

// Whether this tab's key is one of a link: it must be able to read only.
export const cameByLink = () => sessionStorage.getItem(CAME) === "yes";
export const forgetLink = () => sessionStorage.removeItem(CAME);
