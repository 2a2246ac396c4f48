// A deal by openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";

import type { components, paths } from "../build/openapi-typescript/schema.js";
import { LEAD, PROPERTY } from "./bodies.js";
import { base, eventually, expect } from "./expect.js";
import { initData } from "./init-data.js";

const lead: components["schemas"]["LeadBody"] = LEAD;
const property: components["schemas"]["PropertyBody"] = PROPERTY;
// @ts-expect-error: a misspelt field does not compile
const misspelt: components["schemas"]["Reaction"] = { akcion: "LIKE" };
void misspelt;

/** Registers, and logs in as the Mini App does. */
async function client(id: number) {
  const api = createClient<paths>({ baseUrl: base() });
  await api.POST("/auth/register", { body: { telegram_id: String(id), phone: "+7 916 123-45-67" } });
  const { data } = await api.POST("/auth/telegram", {
    body: { telegram_auth_data: { init_data: initData(id) } },
  });
  expect(data !== undefined, "no token");
  return createClient<paths>({ baseUrl: base(), headers: { Authorization: `Bearer ${data.access_token}` } });
}

const anna = await client(Date.now());
const boris = await client(Date.now() + 1);
const header = { "Idempotency-Key": crypto.randomUUID() };
const { data: posted } = await anna.POST("/leads", { body: lead, params: { header } });
const { data: again } = await anna.POST("/leads", { body: lead, params: { header } });
const { data: listed } = await boris.POST("/properties", { body: property });
expect(posted !== undefined && listed !== undefined, "not posted");
expect(again?.lead_id === posted.lead_id, "posted twice");
const pair = { lead_id: posted.lead_id, property_id: listed.property_id };

const { data: best } = await anna.GET("/leads/{lead_id}/property-recommendations", {
  params: { path: pair, query: { limit: 10 } },
});
expect(best?.recommendations.some((row) => row.property_id === pair.property_id && row.match_score > 80) === true, "not recommended");

const asLead = "/leads/{lead_id}/property-recommendations/{property_id}/action";
const asProperty = "/properties/{property_id}/lead-recommendations/{lead_id}/action";
const { data: asked } = await anna.POST(asLead, {
  params: { path: pair },
  body: { action: "LIKE", proposed_commission: 60 },
});
expect(asked?.match?.status === "PENDING" && asked.match.awaiting === "THEM", "not asked");
const { data: countered } = await boris.POST(asProperty, {
  params: { path: pair },
  body: { action: "LIKE", proposed_commission: 55 },
});
expect(countered?.match?.negotiation_status === "PENDING", "not countered");
const { error: refused } = await anna.POST(asLead, {
  params: { path: pair },
  body: { action: "LIKE", proposed_commission: 70 },
});
expect(refused !== undefined && "code" in refused && refused.code === "not_a_concession", "not refused");
const { data: agreed } = await anna.POST(asLead, {
  params: { path: pair },
  body: { action: "LIKE", proposed_commission: 55 },
});
expect(agreed?.match?.status === "ACCEPTED" && agreed.match.agreed_share === 55, "not agreed");

const { data: match } = await anna.GET("/matches/{match_id}", { params: { path: agreed.match } });
expect(match?.realtor_info.phone != null, "no contact");
const shared = await eventually(async () => {
  const { data } = await boris.GET("/notifications", {});
  return data?.notifications.find((one) => one.type === "CONTACT_SHARED");
}, "contacts were not told");
expect("match_id" in shared.data && shared.data.match_id === agreed.match.match_id, "told of another");
const { data: done } = await anna.POST("/matches/{match_id}/complete", { params: { path: agreed.match } });
expect(done?.status === "COMPLETED", "not completed");
console.log("openapi-fetch: the deal is done");
