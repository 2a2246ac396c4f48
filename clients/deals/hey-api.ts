// A deal by @hey-api/openapi-ts.
import { createClient } from "../build/hey-api/client/index.js";
import * as api from "../build/hey-api/index.js";
import { LEAD, PROPERTY, realtor } from "./bodies.js";
import { base, eventually, expect } from "./expect.js";

const lead: api.LeadBody = LEAD;
const property: api.PropertyBody = PROPERTY;
// @ts-expect-error: a misspelt field does not compile
const misspelt: api.Reaction = { akcion: "LIKE" };
void misspelt;

async function client(name: string) {
  const { data } = await api.register({ client: createClient({ baseUrl: base() }), body: realtor(name) });
  expect(data !== undefined, "no token");
  return createClient({ baseUrl: base(), auth: data.access_token });
}

const anna = await client("anna");
const boris = await client("boris");
const headers = { "Idempotency-Key": crypto.randomUUID() };
const { data: posted } = await api.createLead({ client: anna, body: lead, headers });
const { data: listed } = await api.createProperty({ client: boris, body: property });
expect(posted !== undefined && listed !== undefined, "not posted");
const path = { lead_id: posted.lead_id, property_id: listed.property_id };
const { data: best } = await api.recommendProperties({ client: anna, path, query: { limit: 10 } });
expect(best?.recommendations.some((row) => row.property_id === path.property_id) === true, "not recommended");

const { data: asked } = await api.actOnProperty({ client: anna, path, body: { action: "LIKE", proposed_commission: 60 } });
expect(asked?.match?.awaiting === "THEM", "not asked");
const { data: countered } = await api.actOnLead({ client: boris, path, body: { action: "LIKE", proposed_commission: 55 } });
expect(countered?.match?.negotiation_status === "PENDING", "not countered");
const { error: refused } = await api.actOnProperty({ client: anna, path, body: { action: "LIKE", proposed_commission: 70 } });
expect(refused !== undefined && refused.code === "not_a_concession", "not refused");
const { data: agreed } = await api.actOnProperty({ client: anna, path, body: { action: "LIKE", proposed_commission: 55 } });
expect(agreed?.match?.status === "ACCEPTED" && agreed.match.agreed_share === 55, "not agreed");

const { data: match } = await api.getMatch({ client: anna, path: agreed.match });
expect(match?.realtor_info.phone != null, "no contact");
await eventually(async () => {
  const { data } = await api.listNotifications({ client: boris });
  return data?.notifications.find((one) => one.type === "CONTACT_SHARED");
}, "contacts were not told");
const { data: done } = await api.completeMatch({ client: anna, path: agreed.match });
expect(done?.status === "COMPLETED", "not completed");
console.log("hey-api: the deal is done");
