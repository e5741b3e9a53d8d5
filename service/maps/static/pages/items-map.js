/** The small map of a page: its features over the boundaries of the day, nothing from elsewhere. */

const L = window.L;
const ZOOM_OF_A_POINT = 6;

const frame = document.getElementById("small-map");
const data = JSON.parse(document.getElementById("small-map-data").textContent);
const map = L.map(frame, {
  attributionControl: false,
  scrollWheelZoom: false,
  zoomSnap: 0.25,
  minZoom: 2,
  maxZoom: 9,
  fadeAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
});

draw().catch(() => {
  frame.classList.add("is-broken");
  frame.textContent = "The map could not be loaded. What it shows is also written on this page.";
});

async function draw() {
  const [base, items, beside] = await Promise.all([
    data.base && load(data.base),
    Promise.all([data.items].flat().map(load)),
    Promise.all(data.beside.map(load)),
  ]);
  const placed = (feature) => feature.geometry;
  const layers = [
    ...layersOf(beside.filter(placed), " is-beside"),
    ...layersOf(items.flatMap((one) => one.features ?? [one]).filter(placed), ""),
  ];
  const bounds = L.latLngBounds([]);
  for (const layer of layers) bounds.extend(layer.getBounds());
  map.fitBounds(bounds.pad(0.12), { maxZoom: ZOOM_OF_A_POINT, animate: false });
  if (base) {
    const ground = { className: "small-ground", interactive: false };
    L.geoJSON(base.features, { style: () => ground, filter: placed }).addTo(map);
  }
  for (const layer of layers) layer.addTo(map);
}

/** The features over a band below each schematic line, as on the large map. */
function layersOf(features, more) {
  const band = (feature) => ({ className: `${classes(feature)} is-band`, interactive: false });
  const style = (feature) => ({ className: classes(feature) + more });
  return [
    L.geoJSON(features.filter(isSchematicLine), { style: band }),
    L.geoJSON(features, {
      style,
      pointToLayer: (feature, at) => L.circleMarker(at, { radius: 6, ...style(feature) }),
      onEachFeature: (feature, layer) => layer.bindPopup(() => popup(feature)),
    }),
  ];
}

async function load(address) {
  const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
  return answer.json();
}

function isSchematicLine({ geometry, properties }) {
  return properties.precision === "schematic" && geometry.type.endsWith("LineString");
}

function classes({ geometry, properties }) {
  const kind = geometry.type.replace("Multi", "").toLowerCase();
  const mode = properties.mode ? ` is-${properties.mode}` : "";
  const precision = properties.precision ? ` is-${properties.precision}` : "";
  return `small-${kind} of-${data.collection}${mode}${precision}`;
}

function popup({ id, properties }) {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = data.pages + encodeURIComponent(id);
  link.textContent = properties.name ?? id;
  const when = document.createElement("p");
  when.textContent = properties.when;
  box.append(link, when);
  return box;
}
