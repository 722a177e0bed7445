// On the wall: no controls, larger type, the whole screen where the browser allows it; lists that
// are longer than the screen turn their pages.
const PAGE_EVERY = 15e3;
let timer;

export function turnWall() {
  if (document.body.classList.toggle("wall")) {
    document.documentElement.requestFullscreen?.().catch(() => undefined); // large without it, too
    timer = setInterval(turnPages, PAGE_EVERY);
  } else {
    leave();
    if (document.fullscreenElement) document.exitFullscreen();
  }
}

function leave() {
  clearInterval(timer);
  document.body.classList.remove("wall");
  for (const panel of document.querySelectorAll(".panel")) panel.scrollTop = 0;
}

function turnPages() {
  for (const panel of document.querySelectorAll(".panel")) {
    const end = panel.scrollTop + panel.clientHeight >= panel.scrollHeight - 4;
    panel.scrollTo({ top: end ? 0 : panel.scrollTop + panel.clientHeight * 0.8, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  }
}

document.addEventListener("fullscreenchange", () => document.fullscreenElement || leave());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) leave();
});
