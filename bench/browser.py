"""What the page takes in a real browser: its first paint, and from an event to what one sees."""

import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from tests.engines.chromium import binary_here, browser_at
from tests.hub_process import HubProcess
from tests.web.office import DESKS, Office, ago, received

_TILE = "document.querySelector('.tile.received .count')"
_WATCH = f"""() => {{
  window.seen = [];
  const tile = {_TILE};
  const look = () => seen.push([Date.now() / 1000, Number(tile.textContent.replaceAll('.', ''))]);
  new MutationObserver(look).observe(tile, {{childList: true, characterData: true, subtree: true}});
}}"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def browser(rate: int = 100, seconds: int = 20) -> dict[str, str]:
    """Weight, first paint, and accepted → visible at a rate; {} without Chromium."""
    if (binary := binary_here()) is None:
        print("no Chromium, so the page is not measured", flush=True)
        return {}
    with (
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "data") as hub,
        browser_at(binary) as opened,
    ):
        Office(hub.url).register()
        page = opened.new_page()
        page.goto(hub.url)
        page.wait_for_function(f"() => {_TILE}?.textContent === '0'")
        paints = []
        for _ in range(5):
            page.reload()
            page.wait_for_function(f"() => {_TILE}?.textContent === '0'")
            paints.append(page.evaluate(_PAINTED))
        names = page.evaluate("performance.getEntriesByType('resource').map(file => file.name)")
        files = [hub.url, *(name for name in names if "/static/" in name)]
        weight = sum(len(httpx.get(file).content) for file in files)
        middle, worst = visible(page, hub.url, rate, seconds)
    return {
        "page: weight, and first paint (median of 5)": f"{weight / 1000:.0f} kB, "
        f"{sorted(paints)[2]:.0f} ms",
        f"page: event accepted to visible at {rate}/s, median, p99": f"{middle * 1000:.0f}, "
        f"{worst * 1000:.0f} ms",
    }


def visible(page: Any, url: str, rate: int, seconds: int) -> tuple[float, float]:
    """Median and p99 (s) from an event's answer until the board's number includes it; the hub has
    nothing of today so far."""
    page.goto(url)
    page.wait_for_function(f"() => {_TILE}?.textContent === '0'")
    page.evaluate(_WATCH)
    answered: list[float] = []
    feeding = threading.Thread(target=_feed, args=(url, rate, rate * seconds, answered))
    feeding.start()
    while feeding.is_alive():
        page.wait_for_timeout(100)
    page.wait_for_function(f"() => {_TILE}.textContent.replaceAll('.', '') === '{rate * seconds}'")
    gaps, seen = [], iter(page.evaluate("window.seen"))
    shown = next(seen)
    for number, moment in enumerate(answered, 1):
        while shown[1] < number:
            shown = next(seen)
        gaps.append(max(0.0, shown[0] - moment))
    cuts = quantiles(gaps, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _feed(url: str, rate: int, count: int, answered: list[float]) -> None:
    due = ago(days=-3)
    with httpx.Client(base_url=url) as client:
        start = time.perf_counter()
        for n in range(count):
            time.sleep(max(0.0, start + n / rate - time.perf_counter()))
            event = received(DESKS[n % 3], f"{DESKS[n % 3]}-{n}", ago(), due + timedelta(seconds=n))
            client.post(
                "/v1/events", json=event, headers={"Content-Type": "application/cloudevents+json"}
            ).raise_for_status()
            answered.append(time.time())
