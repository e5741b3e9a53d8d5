/** Maps that show the same place: where one is moved, the others follow. */

/**
 * @param {object[]} maps  Leaflet's  @param {(leader: object) => void} settled  after each movement
 * @returns {{all: (center: object, zoom: number) => void}}
 */
export function linked(maps, settled) {
  let leader = null;
  const follow = (leading) => {
    if (leader) return;
    leader = leading;
    const [center, zoom] = [leading.getCenter(), leading.getZoom()];
    for (const map of maps) if (map !== leading && isShown(map)) map.setView(center, zoom, STILL);
    leader = null;
  };
  for (const map of maps) {
    map.on("move", () => follow(map));
    map.on("moveend", () => leader || settled(map));
  }
  return {
    all: (center, zoom) => {
      leader = maps[0];
      for (const map of maps) if (isShown(map)) map.setView(center, zoom, STILL);
      leader = null;
      settled(maps[0]);
    },
  };
}

const STILL = { animate: false };

/** A map in a frame that is not displayed has no size, and no view to give. */
export function isShown(map) {
  return map.getContainer().offsetWidth > 0;
}
