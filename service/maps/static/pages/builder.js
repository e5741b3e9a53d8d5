/** The builder's page: code and maps follow the form, and the form takes what the first map shows. */

const QUIET_MS = 400;
const TILE = 256;

const form = document.getElementById("builder");
const fault = document.getElementById("fault");
const take = document.getElementById("take");
const frames = [...document.querySelectorAll(".preview iframe")];
let timer = 0;
let asked = 0;

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(make, QUIET_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  make();
});
take.hidden = false;
take.addEventListener("click", () => {
  takeView(frames[0].contentDocument);
  make();
});

for (const frame of frames) {
  const fit = () => fitted(frame);
  new ResizeObserver(fit).observe(frame);
  new ResizeObserver(fit).observe(document.getElementById("content"));
}

/** Ask the service for the code: it alone knows how one is written. */
async function make() {
  clearTimeout(timer);
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const turn = ++asked;
  const answer = await fetch(`${form.action}?${query}&f=json`).catch(() => null);
  const made = await answer?.json().catch(() => null);
  if (turn !== asked) return;
  fault.hidden = Boolean(answer?.ok && made);
  if (!fault.hidden) {
    fault.textContent = made?.detail ?? "The code could not be loaded. Is the network there?";
    return;
  }
  history.replaceState(null, "", `?${query}`);
  show(made);
}

function show(made) {
  for (const name of ["code", "frame", "picture", "embed"])
    document.querySelector(`#${name} code`).textContent = made[name];
  for (const name of ["oembed", "png", "svg"]) document.getElementById(name).href = made[name];
  document.getElementById("map-link").href = made.map;
  const { pathname, search } = new URL(made.embed);
  for (const frame of frames)
    if (frame.getAttribute("src") !== pathname + search) frame.src = pathname + search;
}

/** The day of the map in a frame and, if it was moved, its box: that fits frames of any width. */
function takeView(page) {
  const shown = new URL(page.getElementById("full").href).searchParams;
  form.elements.date.value = shown.get("date");
  if (!shown.has("zoom")) return;
  for (const name of ["lat", "lon", "zoom"]) form.querySelector(`[name=${name}]`)?.remove();
  const { clientWidth, clientHeight } = page.getElementById("map");
  const [lat, lon, zoom] = ["lat", "lon", "zoom"].map((name) => Number(shown.get(name)));
  const world = TILE * 2 ** zoom;
  const halfLon = (clientWidth / 2 / world) * 360;
  const middle = Math.atanh(Math.sin((lat * Math.PI) / 180));
  const halfUp = (clientHeight / 2 / world) * 2 * Math.PI;
  const latAt = (up) => (Math.atan(Math.sinh(up)) * 180) / Math.PI;
  const box = [lon - halfLon, latAt(middle - halfUp), lon + halfLon, latAt(middle + halfUp)];
  form.elements.bbox.value = box.map((side) => side.toFixed(3)).join(",");
}

/** Make a frame that is wider than the page small enough to be seen whole. */
function fitted(frame) {
  const room = frame.parentElement;
  const scale = Math.min(1, room.clientWidth / frame.offsetWidth);
  room.classList.add("is-scaled");
  room.style.setProperty("--scale", String(scale));
  room.style.height = `${Math.ceil(frame.offsetHeight * scale)}px`;
}
