/** Opens the map of an atlas whose versions travel in the page. */

import { RouteLayers } from "./layers.js";
import { start } from "./main.js";
import { Strip } from "./strip.js";

start({ Routes: RouteLayers, Strip });
