import { definePlain } from "../http/endpoint.ts";
import { echoRoute } from "./echo-route.ts";

/** {@link echoRoute} for `POST`; the body is not read. */
export const echoRoutePost = definePlain({ ...echoRoute, method: "POST" });
