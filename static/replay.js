// Replay: playback, keys, and the slider kept where the moment is. Every moment is drawn by the server;
// between two entries nothing happened, so only the clock goes on, and that app.js can write.

const $ = (selector) => document.querySelector(selector);
const TICK_MS = 250;
const DWELL_MS = 900;  // how long an entry is seen while the clock stands

const slider = $("#slider");
const play = $("#play");
const pace = $("#replay-pace");

let playing = false;
let asking = false;
let position = 0;  // exercise µs of what is shown
let shown = 0;     // when it was drawn

const moment = () => $("#moment").dataset;

function place() {
  const data = moment();
  position = Number(data.us);
  shown = performance.now();
  slider.value = data.us;
  slider.setAttribute("aria-valuetext", data.label);
  $("#slider-view").value = data.screen;
  if (!data.after) stop();
}

async function go(query) {
  asking = true;
  const address = `${location.pathname}?${new URLSearchParams({ ...query, view: moment().screen })}`;
  try {
    await htmx.ajax("GET", address, { target: "#moment", swap: "outerHTML" });
  } finally {
    asking = false;
  }
}

function goOn() {
  const data = moment();
  if (!playing || asking || !data.after) return;
  if (data.running !== "1") {
    if (performance.now() - shown > DWELL_MS) go({ at: data.after });
    return;
  }
  position += TICK_MS * 1000 * Number(pace.value);
  if (position >= Number(data.afterUs)) {
    go({ us: Math.floor(position) });
    return;
  }
  const passed = (position - Number(data.us)) * 1000 / Number(data.rate);
  $("#clock").dataset.still = String(Math.floor((Number(data.wall) + passed) / 1000));
  slider.value = String(position);
}

function stop() {
  playing = false;
  play.setAttribute("aria-pressed", "false");
}

function switchPlay() {
  playing = !playing && Boolean(moment().after);
  play.setAttribute("aria-pressed", String(playing));
}

const KEYS = { ArrowLeft: "#step-before", ArrowRight: "#step-after", Home: "#step-first", End: "#step-last" };

// Before app.js hears of it: there arrows move among the cards.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.target.closest?.("input, select, textarea")) return;
  if (event.key === " " && !event.target.closest?.("button, a, summary")) play.click();
  else if (KEYS[event.key]) $(KEYS[event.key]).click();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// What is stepped to or dragged to is looked at: playback waits until it is asked for again.
document.addEventListener("click", (event) => {
  if (event.target.closest("#moment a")) stop();
});
slider.addEventListener("input", stop);

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "moment") return;
  place();
  document.dispatchEvent(new Event("drawn"));
});

play.addEventListener("click", switchPlay);
play.hidden = pace.closest("label").hidden = false;
place();
setInterval(goOn, TICK_MS);
