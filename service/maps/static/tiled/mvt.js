/**
 * Reads the lines of a vector tile (Mapbox Vector Tile 2.1); `pbf` reads the bytes.
 *
 * `@mapbox/vector-tile` names what it imports as packages. A browser would need an import map for
 * that, which is an inline script, and the page allows none.
 *
 * @typedef {[number, number][]} Line  on the grid of the tile
 * @typedef {{properties: Record<string, string | number | boolean>, lines: Line[]}} Feature
 */

import { PbfReader } from "../vendor/pbf/pbf.js";

/** How many steps a tile's grid has. */
export const EXTENT = 4096;

const [MOVE_TO, CLOSE_PATH] = [1, 7];

/** @param {ArrayBuffer} content  @returns {Record<string, Feature[]>} features by layer */
export function readTile(content) {
  return new PbfReader(content).readFields((field, layers, pbf) => {
    if (field !== 3) return;
    const { name, features, keys, values } = pbf.readMessage(readLayer, emptyLayer());
    layers[name] = features.map(({ tags, lines }) => ({ properties: named(tags, keys, values), lines }));
  }, {});
}

function emptyLayer() {
  return { name: "", features: [], keys: [], values: [] };
}

function readLayer(field, layer, pbf) {
  if (field === 1) layer.name = pbf.readString();
  else if (field === 2) layer.features.push(pbf.readMessage(readFeature, { tags: [], lines: [] }));
  else if (field === 3) layer.keys.push(pbf.readString());
  else if (field === 4) layer.values.push(pbf.readMessage(readValue, { value: null }).value);
}

function readFeature(field, feature, pbf) {
  if (field === 2) feature.tags = pbf.readPackedVarint();
  else if (field === 4) feature.lines = readLines(pbf);
}

function readValue(field, held, pbf) {
  if (field === 1) held.value = pbf.readString();
  else if (field === 2) held.value = pbf.readFloat();
  else if (field === 3) held.value = pbf.readDouble();
  else if (field === 4) held.value = pbf.readVarint(true);
  else if (field === 5) held.value = pbf.readVarint();
  else if (field === 6) held.value = pbf.readSVarint();
  else if (field === 7) held.value = pbf.readBoolean();
}

function readLines(pbf) {
  const end = pbf.readVarint() + pbf.pos;
  const lines = [];
  let [x, y] = [0, 0];
  while (pbf.pos < end) {
    const command = pbf.readVarint();
    const kind = command & 7;
    if (kind === CLOSE_PATH) continue;
    for (let count = command >> 3; count > 0; count -= 1) {
      x += pbf.readSVarint();
      y += pbf.readSVarint();
      if (kind === MOVE_TO) lines.push([]);
      lines.at(-1).push([x, y]);
    }
  }
  return lines;
}

function named(tags, keys, values) {
  const properties = {};
  for (let at = 0; at + 1 < tags.length; at += 2) properties[keys[tags[at]]] = values[tags[at + 1]];
  return properties;
}
