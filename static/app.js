// The little the pages need beyond HTML and htmx: the clock, the stream, dialogs, keys, drafts.
// Nothing here decides anything; the server is right.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const body = document.body;
const words = $("#words").dataset;
const toasts = $("#toasts");

const SECOND = 1e6;  // exercise time is counted in microseconds
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_MS = 864e5;

const two = (number) => String(number).padStart(2, "0");

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// ── clock ───────────────────────────────────────────────────────────────────────────────────────
// Server time minus this machine's. The smallest delay seen is the truest measurement.
let offset = 0;
let surest = Infinity;

function learnOffset(serverMs, uncertainMs) {
  if (uncertainMs <= surest) {
    surest = uncertainMs;
    offset = serverMs - Date.now();
  } else {
    surest += 50;  // a clock of this machine that was set is believed again after a while
  }
}

// The page says when it was drawn: between asking for it and its first byte.
function learnOffsetFromPage() {
  if (!body.dataset.now) return;
  const way = performance.getEntriesByType("navigation")[0];
  const drawing = way ? (way.responseStart - way.requestStart) / 2 : 0;
  const since = way ? performance.now() - way.responseStart : 0;
  learnOffset(Number(body.dataset.now) + drawing + since, Math.max(drawing, 20));
}

// A wall that hears nothing shows the time of its last data.
function frozenMs() {
  return body.classList.contains("is-stale") && body.classList.contains("board") ? stream.fresh : null;
}

function clock() {
  const data = $("#clock")?.dataset;
  if (!data) return null;
  const now = data.still ? Number(data.still) : (frozenMs() ?? Date.now()) + offset;
  const passed = data.running === "1" ? Math.max(0, now - Number(data.wall)) : 0;
  const position = Number(data.at) + Math.floor(passed * Number(data.rate));  // ms × ‰ = µs
  return { data, now, position };
}

// Play time with the stand-downs put back.
function toCalendar(data, position) {
  let calendar = position;
  for (const [place, length] of JSON.parse(data.breaks)) {
    if (position > place || (position === place && data.before !== "1")) calendar += length;
  }
  return calendar;
}

function duration(us) {
  us = Math.abs(us);
  if (us < HOUR) return `${Math.floor(us / MINUTE)}:${two(Math.floor(us / SECOND) % 60)}`;
  const hours = Math.floor(us / HOUR);
  const minutes = Math.floor(us / MINUTE) % 60;
  return `${hours} ${words.hour}` + (minutes ? ` ${minutes} ${words.minute}` : "");
}

// What each [data-clock] shows.
function clockTexts({ data, now }, calendar) {
  const zero = Number(data.zero);
  const moment = new Date(zero + Math.floor(calendar / 1000));
  const day = Math.floor(moment.getTime() / DAY_MS) - Math.floor(zero / DAY_MS) + 1;
  const month = two(moment.getUTCMonth() + 1);
  const wall = new Date(now + Number(data.offset) * 60000).toISOString();
  return {
    hm: `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}`,
    s: `:${two(moment.getUTCSeconds())}`,
    day: String(day),
    date: `${two(moment.getUTCDate())}/${month}/${moment.getUTCFullYear()}`,
    wall: wall.slice(11, 19),
    "wall-hm": wall.slice(11, 16),
  };
}

function tick() {
  const state = clock();
  if (!state) return;
  const calendar = toCalendar(state.data, state.position);
  const texts = clockTexts(state, calendar);
  for (const element of $$("[data-clock]")) write(element, texts[element.dataset.clock]);
  for (const element of $$("[data-to]")) {
    write(element, duration(Number(element.dataset.to) - state.position));
  }
  drawTimeline(calendar, texts.hm);
}

// ── timeline ────────────────────────────────────────────────────────────────────────────────────
const NOW_AT = 0.55;  // where the present stands in the pane after a zoom
const JUMP_US = 10 * MINUTE;
const SPAN_REM = 60;  // what is seen at once needs so much, or bars lose their numbers
let span = sessionStorage.getItem("span") || "7";
let present = { calendar: 0, seen: false, scrolled: 0 };

function scaleOf(lanes) {
  return { from: Number(lanes.dataset.from), length: Number(lanes.dataset.length) };
}

function drawTimeline(calendar, hm) {
  const lanes = $("#lanes");
  if (!lanes) return;
  const { from, length } = scaleOf(lanes);
  const x = (us) => Math.min(100, Math.max(0, (us - from) / length * 100));
  const now = `${x(calendar)}%`;
  for (const line of $$(".now-line", lanes)) {
    line.setAttribute("x1", now);
    line.setAttribute("x2", now);
  }
  const mark = $("#now-mark");
  if (mark) {
    mark.setAttribute("x", now);
    write($("text", mark), hm);
  }
  for (const bar of $$("[data-grow]", lanes)) {
    const [start, limit] = bar.dataset.grow.split(" ").map(Number);
    const end = limit ? Math.min(limit, calendar) : calendar;
    bar.setAttribute("width", `${Math.max(0, x(Math.max(start, end)) - x(start))}%`);
  }
  followNow(lanes, calendar);
}

// The pane follows when the present leaves what is seen of it, or jumps; not somebody who scrolls away.
function followNow(lanes, calendar) {
  const pane = lanes.parentElement;
  const line = $(".now-line", lanes)?.getBoundingClientRect().left ?? 0;
  const { left, right } = pane.getBoundingClientRect();
  const seen = line > left && line < right;
  const jumped = Math.abs(calendar - present.calendar) > JUMP_US;
  const gone = present.seen && pane.scrollLeft === present.scrolled;
  if (!seen && (jumped || gone)) scrollTimelineToNow();
  present = { calendar, seen, scrolled: pane.scrollLeft };
}

function zoomTimeline() {
  const lanes = $("#lanes");
  if (!lanes) return;
  const hours = scaleOf(lanes).length / HOUR;
  const times = span === "all" ? 1 : Math.max(1, hours / Number(span));
  lanes.style.width = `max(${times * 100}%, ${times * SPAN_REM}rem)`;
  for (const button of $$("[data-span]")) {
    button.setAttribute("aria-pressed", String(button.dataset.span === span));
  }
}

function scrollTimelineToNow() {
  const lanes = $("#lanes");
  if (!lanes) return;
  const { from, length } = scaleOf(lanes);
  const state = clock();
  const part = state ? (toCalendar(state.data, state.position) - from) / length : 0;
  const pane = lanes.parentElement;
  const names = $(".ln", lanes).clientWidth;
  pane.scrollLeft = part * (lanes.clientWidth - names) - (pane.clientWidth - names) * NOW_AT;
}

function chooseSpan(chosen) {
  span = chosen;
  sessionStorage.setItem("span", span);
  zoomTimeline();
  scrollTimelineToNow();
}

// The console was drawn anew as it was at another moment.
document.addEventListener("drawn", () => {
  showViews();
  zoomTimeline();
  scrollTimelineToNow();
  tick();
});

// ── stream ──────────────────────────────────────────────────────────────────────────────────────
const STALE_MS = 10000;
const POLL_MS = 5000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
const BEAT_UNCERTAIN_MS = 200;

const stream = {
  source: null,
  token: body.dataset.token,
  last: body.dataset.last || "",
  open: false,
  wait: FIRST_WAIT_MS,
  heard: Date.now(),  // anything on the stream
  fresh: Date.now(),  // anything at all, polled or heard
};

let rejoining = 0;

function connect() {
  if (!body.dataset.stream) return;
  // Several may have asked for it: a stream that nobody closes would be read for ever beside it.
  clearTimeout(rejoining);
  stream.source?.close();
  const query = new URLSearchParams({ t: stream.token, last: stream.last });
  const source = stream.source = new EventSource(`${body.dataset.stream}?${query}`);
  source.addEventListener("open", () => {
    stream.open = true;
    stream.wait = FIRST_WAIT_MS;
    showLive();
    sendWaiting();
  });
  source.addEventListener("frame", (event) => {
    heard(event);
    meanwhile?.push(event);
    apply(event.data);
  });
  source.addEventListener("beat", (event) => {
    learnOffset(Number(event.data), BEAT_UNCERTAIN_MS);
    heard(event);
    showLive();
  });
  source.addEventListener("resync", (event) => {
    heard(event);
    refresh();
  });
  source.addEventListener("close", () => {
    source.close();
    location.reload();
  });
  // The token has aged: the page asks whether it still may look, and is given another.
  source.addEventListener("renew", async () => {
    source.close();
    stream.open = false;
    await refresh();
    connect();
  });
  source.addEventListener("error", () => {
    connectAnew();
  });
}

// The browser would go on with the old token and the old id.
function connectAnew() {
  stream.source.close();
  stream.open = false;
  showLive();
  clearTimeout(rejoining);
  rejoining = setTimeout(connect, stream.wait * (0.5 + Math.random()));
  stream.wait = Math.min(stream.wait * 2, LONGEST_WAIT_MS);
}

function heard(event) {
  stream.heard = stream.fresh = Date.now();
  if (event.lastEventId) stream.last = event.lastEventId;
  showStale(false);
}

function apply(html) {
  const log = $("#log");
  const scrolled = log?.parentElement.scrollTop > 40;
  htmx.swap(body, fitting(html), { swapStyle: "none" });
  if (html.includes('id="judged"')) followTouched();
  if (html.includes('id="inbox-list"')) {
    followTouched();
    noteArrivals();
    showWaiting();
  }
  if (scrolled) noteNewRows();
  else trimLog();
  announce();
  markRatings();
  showViews();
  zoomTimeline();
  tick();
  renewDrawerSoon();
}

// After a reconnect an entry may come that the page has: the log must not show it twice. And the pages
// around the console hear its stream for the clock: they have no place for the other parts.
function fitting(html) {
  const around = body.classList.contains("doc");
  if (!around && !html.includes('id="entry-')) return html;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  if (around) {
    for (const part of [...holder.content.children]) {
      const [, place = `#${part.id}`] = part.getAttribute("hx-swap-oob")?.split(":") ?? [];
      if (!$(place)) part.remove();
    }
  }
  for (const row of $$("li[id^=entry-]", holder.content)) {
    if (document.getElementById(row.id)) row.remove();
  }
  return holder.innerHTML;
}

// One at a time: an answer must not be overtaken by a newer one. Frames that come while it is on its
// way may be newer than it is, and nobody sends them again.
let meanwhile = null;
let again = false;

async function refresh() {
  if (meanwhile) {
    again = true;
    return;
  }
  meanwhile = [];
  await fetchLivePart();
  meanwhile = null;
  if (again) {
    again = false;
    refresh();
  }
}

async function fetchLivePart() {
  const began = Date.now();
  try {
    const headers = { "HX-Request": "true" };
    const signal = AbortSignal.timeout(STALE_MS);
    const answer = await fetch(body.dataset.refresh, { headers, redirect: "manual", signal });
    if (answer.type === "opaqueredirect" || [403, 404, 410].includes(answer.status)) {
      location.reload();
      return;
    }
    if (!answer.ok) return;
    const html = await answer.text();
    const half = (Date.now() - began) / 2;
    const serverMs = Number(answer.headers.get("Live-Now"));
    if (serverMs) learnOffset(serverMs + half, half);
    stream.token = answer.headers.get("Live-Token") || stream.token;
    stream.last = answer.headers.get("Live-Last") ?? stream.last;
    stream.fresh = Date.now();
    showStale(false);
    apply(html);
    for (const event of meanwhile) {
      heard(event);
      apply(event.data);
    }
    sendWaiting();
  } catch {
    // The next round tries again.
  }
}

function watch() {
  if (!body.dataset.stream) return;
  const silent = Date.now() - stream.heard > STALE_MS;
  if ((silent || !stream.open) && !meanwhile && Date.now() - stream.fresh > POLL_MS - 500) refresh();
  showStale(!navigator.onLine || Date.now() - stream.fresh > STALE_MS);
  if (silent && stream.open) {
    stream.source.close();
    stream.open = false;
    stream.heard = Date.now();
    connect();
  }
  showLive();
}

function showStale(stale) {
  const banner = $("#stale");
  if (!banner || banner.hidden === !stale) return;
  banner.hidden = !stale;
  body.classList.toggle("is-stale", stale);
  const zone = Number($("#clock")?.dataset.offset || 0) * 60000;  // the exercise's, not the device's
  const time = new Date(stream.fresh + offset + zone).toISOString().slice(11, 19);
  write($("#stale-since"), stale ? `${words.since} ${time}.` : "");
  tick();
}

function showLive() {
  const state = $("#live-state");
  if (!state) return;
  const show = (glyph, word) => {
    state.dataset.st = glyph;
    write($("span", state), word);
  };
  if (body.classList.contains("is-stale")) show("late", words.lost);
  else if (stream.open) show("done", words.live);
  else show("due", words.polling);
}

// ── log ─────────────────────────────────────────────────────────────────────────────────────────
const MOST_ROWS = 60;
const SPEAK_EVERY_MS = 5000;
let announced = 0;

// At most one spoken message in five seconds, however much happens.
function announce() {
  if (Date.now() - announced < SPEAK_EVERY_MS) return;
  const row = $("#log li");
  const say = $("#say");
  if (!row || !say) return;
  say.textContent = $("div", row).textContent;
  announced = Date.now();
}

function trimLog() {
  for (const row of $$("#log > li").slice(MOST_ROWS)) row.remove();
}

function noteNewRows() {
  const button = $("#log-new");
  if (!button) return;
  button.hidden = false;
  button.dataset.count = String(Number(button.dataset.count || 0) + 1);
  button.textContent = `${button.dataset.count} ${words.new}`;
}

function showNewRows(button) {
  button.hidden = true;
  button.dataset.count = "0";
  $("#log").parentElement.scrollTop = 0;
  trimLog();
}

// ── ways to look at a pane ──────────────────────────────────────────────────────────────────────
function chooseView(pane, chosen) {
  sessionStorage.setItem(`view:${pane.dataset.view}`, chosen);
  showViews();
}

// The stylesheet does the rest. Heads are drawn anew: their buttons are pressed again.
function showViews() {
  for (const pane of $$("[data-view]")) {
    const buttons = $$("[data-show]", pane);
    pane.dataset.shown = sessionStorage.getItem(`view:${pane.dataset.view}`) || buttons[0].dataset.show;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === pane.dataset.shown));
    }
  }
  write($("#late-rows"), String($$("#log > li[data-st=late]").length));
}

// ── dialogs, drawers, toasts ────────────────────────────────────────────────────────────────────
function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  const from = document.activeElement?.id;
  dialog.showModal();
  if (dialog.id !== "drawer") $("input:not([type=hidden]), textarea, select", dialog)?.focus();
  dialog.addEventListener("close", () => {
    placeToasts();
    for (const renewing of $$("[data-renews]", dialog)) renewing.remove();
    // What opened it may have been drawn anew; the browser gives the focus back to the old one.
    if (from && document.activeElement === body) document.getElementById(from)?.focus();
  }, { once: true });
}

function openNamedDialog(opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  const leaving = $("[name=leaving]", dialog);
  if (leaving) leaving.value = opener.dataset.leaving;  // the phase decided about, not the newest
  openDialog(dialog);
}

function close(closer) {
  const dialog = closer.closest("dialog");
  if (dialog) dialog.close();
  else closer.closest(".toast")?.remove();
}

// A page without a drawer, such as one's content on a page of its own, follows the link. Before htmx
// hears of it: that would take the click and find no place for the answer.
document.addEventListener("click", (event) => {
  if ($("#drawer-in")) return;
  if (event.target.closest?.('a[hx-target="#drawer-in"]')) event.stopPropagation();
}, { capture: true });

function openInDrawer(address) {
  return htmx.ajax("GET", address, { target: "#drawer-in" });
}

// Who asks for what a drawer shows already: the answer neither opens it again nor takes the place of
// what was opened in it meanwhile.
const RENEWS = "Drawer-Renews";

function renewInDrawer(address, why) {
  return htmx.ajax("GET", address, { target: "#drawer-in", headers: { [RENEWS]: why } });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, pathInfo } = event.detail;
  const why = target.id === "drawer-in" && requestConfig.headers[RENEWS];
  if (!why) return;
  const drawer = $("#drawer");
  const another = drawer.dataset.shows && drawer.dataset.shows !== pathInfo.requestPath;
  if (!drawer.open || another || (why === "age" && inUse(drawer))) event.detail.shouldSwap = false;
});

// What an open drawer shows goes on being true: it is fetched anew soon after something happened,
// but not under the hands of somebody who writes in it.
const DRAWER_MS = 1000;
let renewal = 0;

function renewDrawerSoon() {
  const drawer = $("#drawer");
  if (renewal || !drawer?.open || !drawer.dataset.shows) return;
  renewal = setTimeout(() => {
    renewal = 0;
    if (drawer.open && !inUse(drawer)) renewDrawer(drawer);
  }, DRAWER_MS);
}

function inUse(drawer) {
  const changed = $$("input:not([type=hidden]), textarea", drawer)
    .some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);
  return changed || Boolean($("details[open] form, [aria-busy]", drawer));
}

async function renewDrawer(drawer) {
  const place = drawer.scrollTop;
  const alike = ({ nodeName, textContent }) =>
    $$(nodeName, drawer).filter((one) => one.textContent === textContent);
  const focused = drawer.contains(document.activeElement) ? document.activeElement : null;
  const among = focused ? alike(focused).indexOf(focused) : -1;
  const shown = $("#drawer-in").firstElementChild;
  await renewInDrawer(drawer.dataset.shows, "age");
  if (shown?.isConnected) return;  // the answer came too late
  drawer.scrollTop = place;
  if (focused && !focused.isConnected) alike(focused)[among]?.focus({ preventScroll: true });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}

function restoreTheme() {
  const theme = localStorage.getItem("theme");
  if (theme && !document.documentElement.dataset.theme) setTheme(theme);
}

function switchTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme || system;
  setTheme(now === "dark" ? "light" : "dark");
}

function switchFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

// What a click on something does. True: nothing else is to come of it.
const CLICKS = {
  "[data-dialog]": (opener) => { openNamedDialog(opener); return true; },
  "[data-close]": (closer) => { close(closer); return true; },
  // One listener for thousands of bars: an attribute on each would make the page too heavy.
  "#lanes a[href]": (bar, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
    openInDrawer(bar.getAttribute("href"));
    return true;
  },
  "[data-show]": (button) => chooseView(button.closest("[data-view]"), button.dataset.show),
  "[data-span]": (button) => chooseSpan(button.dataset.span),
  "[data-theme-switch]": switchTheme,
  "[data-fullscreen]": switchFullscreen,
  "[data-print]": () => window.print(),
  "[data-copy]": (button) => navigator.clipboard?.writeText(button.dataset.copy),
  "#log-new": showNewRows,
};

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  for (const [selector, act] of Object.entries(CLICKS)) {
    const clicked = event.target.closest(selector);
    if (!clicked) continue;
    if (act(clicked, event) === true) event.preventDefault();
    return;
  }
  if (event.target.nodeName === "DIALOG") event.target.close();  // a click beside it
});

// A menu is done with once something was chosen from it, or pressed beside it.
function closeMenus(clicked) {
  for (const menu of $$("details.me[open]")) {
    const within = menu.contains(clicked);
    if (within && !clicked.closest(".menu a, .menu button")) continue;
    menu.open = false;
    if (within) $("summary", menu).focus();
  }
}

function toast(sentence) {
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "alert");
  box.textContent = sentence;
  toasts.replaceChildren(box);
}

// Beside an open dialog nothing can be read or pressed: what is said goes into it.
function placeToasts() {
  const place = $("dialog[open]") || body;
  if (toasts.parentElement !== place) place.append(toasts);
  raiseToasts();
}

// Above what is pressed at the bottom of a phone, also when that is drawn anew with more buttons or
// grows: what is observed and taken out has no size any more, and is heard of.
let below = null;
const belowChanges = new ResizeObserver(() => raiseToasts());

function raiseToasts() {
  const bar = $$(".acts, .bot").find((element) => element.checkVisibility());
  if (bar !== below) {
    belowChanges.disconnect();
    if (bar) belowChanges.observe(bar);
    below = bar;
  }
  const covered = bar ? innerHeight - bar.getBoundingClientRect().top : 0;
  toasts.style.setProperty("--bar", `${Math.max(0, covered)}px`);
}

const TOAST_MS = 8000;

new MutationObserver(() => {
  placeToasts();
  const shown = $$("#toasts > .toast");
  for (const old of shown.slice(0, -1)) old.remove();
  const last = shown.at(-1);
  if (last && "passes" in last.dataset && !last.dataset.timed) {
    last.dataset.timed = "1";
    setTimeout(() => last.remove(), TOAST_MS);
  }
}).observe(toasts, { childList: true });

// ── commands and their answers ──────────────────────────────────────────────────────────────────
// The stream is often faster than the answer and has drawn the sender anew; the answer still counts.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, xhr, serverResponse } = event.detail;
  if (target !== body || requestConfig.elt.isConnected) return;  // a drawer is filled all the same
  event.detail.shouldSwap = false;
  if (xhr.status !== 204) htmx.swap(body, serverResponse, { swapStyle: "none" });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "drawer-in") return;
  const drawer = $("#drawer");
  const address = event.detail.pathInfo?.requestPath || "";
  drawer.dataset.shows = /\/(unit|inject)\/\d+\/$/.test(address) ? address : "";
  openDialog(drawer);
  $("#drawer [autofocus]")?.focus();
});

function buttonOf(element) {
  if (element.nodeName === "BUTTON") return element;
  return element.nodeName === "FORM" ? $("button:not([type=button])", element) : null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: element, requestConfig } = event.detail;
  if (element.dataset.draft) element.sentDraft = localStorage.getItem(draftKey(element));
  const button = requestConfig?.triggeringEvent?.submitter || buttonOf(element);
  if (!button) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  element.busyButton = button;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt: element, xhr } = event.detail;
  const button = element.busyButton;
  button?.removeAttribute("aria-busy");
  const form = element.closest("form");
  if (!form || "silent" in form.dataset) return;
  const waits = button && "waits" in button.dataset && keepsWaiting(button, xhr);
  if (waits) return;
  if ("autosave" in form.dataset && unreachable(xhr)) saveLater(form);
  else if (!xhr?.status) toast(words.offline);
  else if (xhr.status < 400) afterCommand(form, element);  // refused: what was written stays
});

function afterCommand(form, element) {
  if ("goes" in form.dataset) {
    forgetDraft(form);
    location.reload();
    return;
  }
  if ("autosave" in form.dataset) sayWhenSaved(form);
  if ("closes" in form.dataset) form.closest("dialog")?.close();
  if ("clears" in element.dataset) form.reset();
  if (element === form || "clears" in element.dataset) forgetDraft(form);
  if (form.dataset.reloads && $("#drawer")?.open) renewInDrawer(form.dataset.reloads, "done");
  noteRating(form);
  const open = form.closest("[data-follow]");
  if (open) follow(open);
  if (!stream.open && body.dataset.refresh) refresh();
}

// ── what waits for the server ───────────────────────────────────────────────────────────────────
// Buttons of a unit's pages that could not be heard, in order, by their ids: the page may be drawn
// anew in the meantime. A second send harms nothing: the server refuses it, or knows the report's key.
const RETRY_MS = 3000;
const waiting = [];

const unreachable = (xhr) => !xhr?.status || [429, 502, 503, 504].includes(xhr.status);

// Whether the button waits on. Answered, with whatever words, it is the next one's turn.
function keepsWaiting(button, xhr) {
  const place = waiting.indexOf(button.id);
  const waits = unreachable(xhr);
  if (waits && place < 0) waiting.push(button.id);
  if (!waits && place >= 0) waiting.splice(place, 1);
  showWaiting();
  if (!waits) sendWaiting();
  return waits;
}

function sendWaiting() {
  if (!waiting.length) return;
  const button = document.getElementById(waiting[0]);
  if (!button) {  // drawn anew without it: somebody else did it
    waiting.shift();
    sendWaiting();
  } else if (!button.hasAttribute("aria-busy")) {
    button.click();
  }
  showWaiting();
}

function showWaiting() {
  const banner = $("#offline");
  if (!banner) return;
  banner.hidden = navigator.onLine && !waiting.length;
  for (const button of $$("[data-waits]")) {
    const waits = waiting.includes(button.id);
    button.classList.toggle("waits", waits);
    if (waits) $(".waits-word", button) ?? button.append(waitsWord());
    else $(".waits-word", button)?.remove();
  }
  // What waits is what was written when it was sent: not to be changed on the way.
  for (const fields of $$(".rep-fields")) {
    fields.inert = Boolean($("[data-waits=report].waits", fields.closest("form")));
  }
}

function waitsWord() {
  const word = document.createElement("span");
  word.className = "waits-word";
  word.textContent = `· ${words.waits}`;
  return word;
}

addEventListener("online", () => {
  showWaiting();
  sendWaiting();
  if (body.dataset.refresh) refresh();
});

addEventListener("offline", () => {
  showWaiting();
  if (!stream.source) return;
  showStale(true);
  connectAnew();
});

addEventListener("beforeunload", (event) => {
  if (waiting.length) event.preventDefault();
});

// ── a unit's inbox ──────────────────────────────────────────────────────────────────────────────
const plainTitle = document.title;
const seenRows = new Set($$(".row.unread").map((row) => row.id));

// The tasking that is open is drawn anew but for what somebody writes in it; and control's page of what is
// judged of one unit.
function follow(open) {
  htmx.ajax("GET", open.dataset.follow, { target: open, swap: "none" });
}

function followTouched() {
  const touched = $("#inbox-list, #judged")?.dataset.touched;
  for (const open of $$("[data-follow]")) {
    if (touched === "*" || touched?.split(" ").includes(open.dataset.number)) follow(open);
  }
}

function noteArrivals() {
  const unread = $$(".row.unread");
  if (unread.some((row) => !seenRows.has(row.id))) navigator.vibrate?.(200);
  for (const row of unread) seenRows.add(row.id);
  document.title = unread.length ? `(${unread.length}) ${plainTitle}` : plainTitle;
}

// ── an evaluator's list ─────────────────────────────────────────────────────────────────────────
// The list is drawn for all evaluators alike: what is this one's own is put on it here.
function markRatings() {
  const own = $("#own-ratings");
  if (!own) return;
  for (const row of $$("[data-tasking]")) {
    const { tasking } = row.dataset;
    const letter = own.getAttribute(`data-rated-${tasking}`);
    write($(".letter", row), letter || "");
    if (letter) $(".letter", row).dataset.rating = letter;
    const judged = own.getAttribute(`data-judged-${tasking}`);
    if (judged) write($(".judged", row), `${own.dataset.judged} ${judged}`);
    if (tasking === own.dataset.open) $("a", row).setAttribute("aria-current", "page");
  }
}

function noteRating(form) {
  const own = $("#own-ratings");
  const rated = form.elements.rating?.value;
  if (!own || !rated) return;
  if ("autosave" in form.dataset) {
    const all = $$("[data-autosave]");
    const judged = all.filter((one) => one.elements.rating.value).length;
    if (own.dataset.open) own.setAttribute(`data-judged-${own.dataset.open}`, `${judged}/${all.length}`);
    markRatings();
    return;
  }
  own.setAttribute(`data-rated-${form.elements.tasking_id.value}`, rated);
  markRatings();
}

// What was changed while the form was on its way is still to be sent.
function writtenSince(form) {
  return "autosave" in form.dataset && localStorage.getItem(draftKey(form)) !== form.sentDraft;
}

function sayWhenSaved(form) {
  if (writtenSince(form)) return;
  const saved = $(".saved", form);
  write(saved, `${saved.dataset.words} ${new Date().toTimeString().slice(0, 8)}`);
}

function saveLater(form) {
  write($(".saved", form), words.waits);
  clearTimeout(sendKept.again);
  sendKept.again = setTimeout(sendKept, RETRY_MS);
}

// What was written while the server could not be heard is sent as soon as it can.
function sendKept() {
  for (const form of $$("form[data-autosave]")) {
    if (localStorage.getItem(draftKey(form)) && form.checkValidity()) htmx.trigger(form, "submit");
  }
}

// ── drafts and photos ───────────────────────────────────────────────────────────────────────────
const SMALL_ENOUGH_BYTES = 400000;
const LONGEST_SIDE_PX = 1600;
const JPEG_QUALITY = 0.85;

const draftKey = (form) => `written:${form.dataset.draft}`;

const WRITTEN = "textarea, select, input:not([type=hidden], [type=file])";

function keepDraft(form) {
  const written = $$(WRITTEN, form).filter((field) => field.type !== "radio" || field.checked);
  const draft = Object.fromEntries(written.map((field) => [field.name, field.value]));
  localStorage.setItem(draftKey(form), JSON.stringify(draft));
}

function restoreDraft(form) {
  const draft = JSON.parse(localStorage.getItem(draftKey(form)) || "{}");
  for (const field of $$(WRITTEN, form)) {
    if (!(field.name in draft)) continue;
    if (field.type === "radio") field.checked = field.value === draft[field.name];
    else field.value = draft[field.name];
  }
}

function forgetDraft(form) {
  if (form.dataset.draft && !writtenSince(form)) localStorage.removeItem(draftKey(form));
  for (const list of $$(".picked", form)) list.replaceChildren();
  nameReport(form);
}

// By this name the server knows a report that it has already. Other words are another report.
function nameReport(form) {
  const key = form.elements.key;
  if (!key) return;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  key.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  keepDraft(form);
  nameReport(form);
  if ("autosave" in form.dataset) write($(".saved", form), "");  // what is written now is not saved yet
});

document.addEventListener("reset", (event) => {
  if (event.target.dataset.draft) forgetDraft(event.target);
});

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (input.type !== "file") return;
  const shrunk = new DataTransfer();
  for (const file of input.files) shrunk.items.add(await shrink(file));
  input.files = shrunk.files;
  $(".picked", input.form)?.replaceChildren(...[...input.files].map(fileItem));
  input.dispatchEvent(new Event("picked", { bubbles: true }));
});

function fileItem(file) {
  const item = document.createElement("li");
  item.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`;
  return item;
}

async function shrink(file) {
  const photo = /^image\/(jpeg|png|webp)$/.test(file.type);
  if (!photo || file.size < SMALL_ENOUGH_BYTES) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
  } catch {
    return file;
  }
}

// ── keys ────────────────────────────────────────────────────────────────────────────────────────
const lettersOff = () => localStorage.getItem("keys") === "off";

const CHOICES = "input:is([type=radio], [type=checkbox])";

function typing(target) {
  if (target.matches?.(CHOICES)) return false;
  return Boolean(target.closest?.("input, textarea, select, [contenteditable]"));
}

function keyName(event) {
  if (event.key === " ") return "space";
  const name = event.key.toLowerCase();
  return event.shiftKey && /^[a-z]$/.test(name) ? `shift+${name}` : name;
}

// What the key belongs to: in the row with the focus, else the first in the place that is drawn.
function keyTarget(event, place) {
  const selector = `[data-key="${CSS.escape(keyName(event))}"]`;
  const near = event.target.closest?.("[data-item]");
  return [...(near ? $$(selector, near) : []), ...$$(selector, place)].find(drawn);
}

// Not what is hidden from this role or by a filter; what a closed menu holds counts as drawn.
function drawn(element) {
  return (element.closest("details:not([open])") || element).checkVisibility();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) {
    event.target.closest("form")?.requestSubmit();
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  // In the open drawer keys mean what is in it; in a dialog they mean nothing.
  const dialog = $("dialog[open]");
  if (dialog && dialog.id !== "drawer") return;
  if (event.key.startsWith("Arrow")) {
    if (!dialog) moveFocus(event);
    return;
  }
  if (lettersOff() && event.key.length === 1 && event.key !== "?") return;
  if (event.key === " " && event.target.closest("button, a, summary, input")) return;
  if (!dialog && (event.key === "j" || event.key === "k") && stepToJudge(event)) return;
  const target = keyTarget(event, dialog || document);
  if (!target) return;
  event.preventDefault();
  press(target);
});

function press(target) {
  const chosen = target.matches(CHOICES);
  const focused = chosen || target.matches("input, textarea") || "keyFocus" in target.dataset;
  if (focused) target.focus();
  if (chosen || !focused) target.click();
}

// Arrows move among the items of a list or a grid; down goes into the first from anywhere.
function moveFocus(event) {
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (event.target.closest?.("[data-arrows=judge]") && !sideways && stepToJudge(event)) return;
  if (event.target.matches?.(CHOICES)) return;  // among radio buttons they choose
  const group = event.target.closest?.("[data-arrows]");
  const items = $$("[data-item]", group || $("[data-arrows]") || document);
  const stops = items
    .map((item) => item.matches("a, button") ? item : $("a, button", item))
    .filter(Boolean);
  if (!stops.length) return;
  const here = document.activeElement.closest?.("[data-item]");
  const at = stops.findIndex((stop) => stop.closest("[data-item]") === here);
  const columns = group?.dataset.arrows === "grid" ? columnsOf(group) : 1;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const step = steps[event.key];
  if (!step || (at < 0 && !group && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const next = at < 0 ? 0 : at + step;
  stops[Math.min(stops.length - 1, Math.max(0, next))].focus();
}

// From one thing that is judged to the next: its letters, or what was said of it so far.
function stepToJudge(event) {
  const items = $$("[data-arrows=judge] > [data-item]");
  if (!items.length) return false;
  const at = items.indexOf(document.activeElement.closest?.("[data-item]"));
  const next = at + (event.key === "k" || event.key === "ArrowUp" ? -1 : 1);
  const item = items[Math.min(items.length - 1, Math.max(0, next))];
  event.preventDefault();
  ($("[type=radio]:checked", item) || $("[type=radio]", item))?.focus();
  item.scrollIntoView({ block: "nearest" });
  return true;
}

function columnsOf(grid) {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

function offerToSwitchKeys() {
  const box = $("#keys-on");
  if (!box) return;
  box.checked = !lettersOff();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
}

// ── the page begins ─────────────────────────────────────────────────────────────────────────────
learnOffsetFromPage();
restoreTheme();
for (const form of $$("form[data-draft]")) {
  restoreDraft(form);
  nameReport(form);
}
offerToSwitchKeys();
markRatings();
sendKept();
addEventListener("online", sendKept);
showViews();
connect();
zoomTimeline();
scrollTimelineToNow();
tick();
setInterval(tick, 200);
setInterval(watch, 1000);
setInterval(sendWaiting, RETRY_MS);
