/** Opens the map of an atlas with too many versions to travel in the page: they come as tiles. */

import { start } from "../main.js";
import { TiledRoutes } from "./routes.js";
import { CountsStrip } from "./strip.js";

start({ Routes: TiledRoutes, Strip: CountsStrip });
